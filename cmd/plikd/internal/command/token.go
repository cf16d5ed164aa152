package command

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
)

func (a *app) tokenCommand() *cobra.Command {
	return group("token", "Create, list and revoke API tokens", a.tokenCreate(), a.tokenList(), a.tokenDelete())
}

// tokenLine is a token as --json prints it.
type tokenLine struct {
	User       core.UserID     `json:"user"`
	Token      string          `json:"token"`
	Comment    string          `json:"comment"`
	Scope      core.TokenScope `json:"scope"`
	CreatedAt  time.Time       `json:"createdAt"`
	ExpireAt   time.Time       `json:"expireAt,omitzero"`
	LastUsedAt time.Time       `json:"lastUsedAt,omitzero"`
}

func tokenJSON(t *core.Token) tokenLine {
	return tokenLine{t.UserID, t.Token, t.Comment, t.Scope, t.CreatedAt, t.ExpireAt, t.LastUsedAt}
}

func (a *app) tokenCreate() *cobra.Command {
	var f userFlags
	var comment, scope, ttl string
	cmd := &cobra.Command{
		Use: "create", Short: "Create a token for a user", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n := accounts.NewToken{Comment: comment, Scope: core.TokenScope(scope)}
			if ttl != "" {
				seconds, err := config.ParseTTL(ttl)
				if err != nil || seconds <= 0 {
					return fmt.Errorf("unable to parse ttl %q, write one such as 90d", ttl)
				}
				n.ExpireAt = time.Now().UTC().Add(time.Duration(seconds) * time.Second)
			}
			return a.withUser(cmd.Context(), &f, "User %s does not found", func(t *tools, u *core.User) error {
				token, err := t.accounts.CreateToken(cmd.Context(), u.ID, n)
				if err != nil {
					return err
				}
				t.note(audit.TokenCreate, string(u.ID))
				if f.json {
					return a.printJSON(tokenJSON(token))
				}
				fmt.Fprintf(a.out, "Token created : %s\n", token.Token)
				return nil
			})
		},
	}
	f.identify(cmd)
	cmd.Flags().StringVar(&comment, "comment", "", "what it is for")
	cmd.Flags().StringVar(&scope, "scope", string(core.ScopeUpload), "what it may do: upload, read or full")
	cmd.Flags().StringVar(&ttl, "ttl", "", "how long it is good for, such as 90d; without: for ever")
	cmd.Flags().BoolVar(&f.json, "json", false, "print it as JSON")
	return cmd
}

func (a *app) tokenList() *cobra.Command {
	var f userFlags
	cmd := &cobra.Command{
		Use: "list", Short: "List tokens: user, token, comment", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withAccounts(cmd.Context(), func(t *tools) error {
				list := func(p core.Page) (core.List[*core.Token], error) { return t.accounts.AllTokens(cmd.Context(), p) }
				if f.login != "" {
					list = func(p core.Page) (core.List[*core.Token], error) {
						return t.accounts.Tokens(cmd.Context(), core.NewUserID(f.provider, f.login), p)
					}
				}
				tokens := listing[*core.Token]{
					text:   func(t *core.Token) string { return string(t.UserID) + " " + t.Token + " " + t.Comment },
					object: func(t *core.Token) any { return tokenJSON(t) },
				}
				return tokens.print(a, f.json, each(list))
			})
		},
	}
	f.identify(cmd)
	cmd.Flags().BoolVar(&f.json, "json", false, "print them as a JSON list")
	return cmd
}

func (a *app) tokenDelete() *cobra.Command {
	var token string
	cmd := &cobra.Command{
		Use: "delete", Short: "Revoke a token; what was uploaded with it stays", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if token == "" {
				return errors.New("missing token, name it with --token")
			}
			return a.withAccounts(cmd.Context(), func(t *tools) error {
				found, _, err := t.Metadata.TokenUser(cmd.Context(), token)
				if err == nil {
					err = t.accounts.DeleteToken(cmd.Context(), found.UserID, token)
				}
				if core.KindOf(err) == core.KindNotFound && err != nil {
					return fmt.Errorf("token %s not found, see plikd token list", token)
				}
				if err != nil {
					return err
				}
				t.note(audit.TokenDelete, string(found.UserID))
				fmt.Fprintf(a.out, "token %s has been deleted\n", terminalText(token))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&token, "token", "", "the token")
	return cmd
}
