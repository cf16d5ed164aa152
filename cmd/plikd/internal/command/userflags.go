package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
)

// userFlags name a user and say what it is like.
type userFlags struct {
	provider, login, name, email, password string
	admin, json                            bool
	maxFileSize, maxUserSize, maxTTL       string
}

func (f *userFlags) id() (core.UserID, error) {
	if f.login == "" {
		return "", errors.New("missing login, name the user with --login")
	}
	return core.NewUserID(f.provider, f.login), nil
}

func (f *userFlags) identify(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.provider, "provider", accounts.Local, "where the account is: local, google, ovh, github or oidc")
	cmd.Flags().StringVar(&f.login, "login", "", "login of the user")
}

func (f *userFlags) describe(cmd *cobra.Command) {
	f.identify(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.name, "name", "", "name, for people")
	fl.StringVar(&f.email, "email", "", "e-mail address")
	fl.StringVar(&f.password, "password", "", "password of a local user; others on this machine may see it, prefer plikd user passwd")
	fl.BoolVar(&f.admin, "admin", false, "may administrate the server")
	fl.StringVar(&f.maxFileSize, "max-file-size", "", "largest file, such as 100MB; 0: the server's limit, -1: none")
	fl.StringVar(&f.maxUserSize, "max-user-size", "", "all files together, likewise")
	fl.StringVar(&f.maxTTL, "max-ttl", "", "longest lifetime, such as 30d; 0: the server's limit, -1: none")
	fl.BoolVar(&f.json, "json", false, "print the user as JSON")
}

// limits parses those that were given; the others are nil.
func (f *userFlags) limits() (fileSize, userSize *int64, ttl *int, err error) {
	size := func(flag, text string) (*int64, error) {
		if text == "" {
			return nil, nil
		}
		n, err := config.ParseSize(text)
		if err != nil {
			//lint:ignore ST1005 a phrase operators know
			return nil, fmt.Errorf("Unable to parse %s : %w", flag, err)
		}
		return &n, nil
	}
	if fileSize, err = size("max-file-size", f.maxFileSize); err != nil {
		return nil, nil, nil, err
	}
	if userSize, err = size("max-user-size", f.maxUserSize); err != nil {
		return nil, nil, nil, err
	}
	if f.maxTTL != "" {
		n, err := config.ParseTTL(f.maxTTL)
		if err != nil {
			//lint:ignore ST1005 a phrase operators know
			return nil, nil, nil, fmt.Errorf("Unable to parse max-ttl : %w", err)
		}
		ttl = &n
	}
	return fileSize, userSize, ttl, nil
}

// withUser is withAccounts for a user that flags name. notFound has a %s for who is not there.
func (a *app) withUser(ctx context.Context, f *userFlags, notFound string, do func(*tools, *core.User) error) error {
	id, err := f.id()
	if err != nil {
		return err // wrong usage
	}
	return a.withAccounts(ctx, func(t *tools) error {
		u, err := t.accounts.User(ctx, id)
		if err != nil && core.KindOf(err) == core.KindNotFound {
			return fmt.Errorf(notFound+", see plikd user list", id)
		}
		if err != nil {
			return err
		}
		return do(t, u)
	})
}
