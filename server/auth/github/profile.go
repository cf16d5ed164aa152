package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/oauth2"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/core"
)

const (
	perPage = 100 // items of a page, the most that GitHub gives
	pages   = 10  // that are asked for at most
)

// user returns the account without its address.
func (p *Provider) user(ctx context.Context, token *oauth2.Token) (*auth.Profile, error) {
	var u struct {
		ID    int64  `json:"id"`
		Login string `json:"login"`
		Name  string `json:"name"`
	}
	if err := p.peer.Get(ctx, p.api+"/user", token, &u); err != nil {
		return nil, err
	}
	if u.ID <= 0 {
		return nil, p.peer.Unavailable(errors.New("the profile has no id"))
	}
	if u.Name == "" {
		u.Name = u.Login
	}
	return &auth.Profile{Login: strconv.FormatInt(u.ID, 10), Name: u.Name}, nil
}

// email returns the primary address, if it is verified.
func (p *Provider) email(ctx context.Context, token *oauth2.Token) (string, error) {
	var list []struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	// Whoever has more addresses than a page holds has the primary one first.
	if err := p.peer.Get(ctx, p.page("/user/emails", 1), token, &list); err != nil {
		return "", err
	}
	for _, e := range list {
		if e.Primary && e.Verified && e.Email != "" {
			return e.Email, nil
		}
	}
	return "", auth.Unverified()
}

// checkOrganizations refuses who is in none of the organizations that may log in.
func (p *Provider) checkOrganizations(ctx context.Context, token *oauth2.Token) error {
	if len(p.organizations) == 0 {
		return nil
	}
	for page := range pages {
		var list []struct {
			Login string `json:"login"`
		}
		if err := p.peer.Get(ctx, p.page("/user/orgs", page+1), token, &list); err != nil {
			return err
		}
		for _, o := range list {
			// Names of organizations are ASCII, and their case does not count.
			if slices.ContainsFunc(p.organizations, func(s string) bool { return strings.EqualFold(s, o.Login) }) {
				return nil
			}
		}
		if len(list) < perPage {
			break
		}
	}
	return core.E(core.KindForbidden, "organization_forbidden", "your account is in none of the organizations that may log in")
}

func (p *Provider) page(path string, n int) string {
	return fmt.Sprintf("%s%s?per_page=%d&page=%d", p.api, path, perPage, n)
}
