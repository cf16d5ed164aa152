package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/password"
)

func (a *app) userCommand() *cobra.Command {
	return group("user", "Create, list, change and delete users",
		a.userCreate(), a.userList(), a.userShow(), a.userUpdate(), a.userPasswd(), a.userDelete())
}

func (a *app) userCreate() *cobra.Command {
	var f userFlags
	cmd := &cobra.Command{
		Use: "create", Short: "Create a user", Args: cobra.NoArgs,
		Long: "Create a user. A local user without --password gets one that is printed, and cannot be shown again.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := f.newUser()
			if err != nil {
				return err
			}
			return a.withAccounts(cmd.Context(), func(t *tools) error {
				generated := ""
				if n.Provider == accounts.Local && n.Password == "" {
					generated = password.Generate()
					n.Password = generated
				}
				u, err := t.accounts.CreateUser(cmd.Context(), n)
				if err != nil && core.KindOf(err) == core.KindConflict {
					//lint:ignore ST1005 a phrase operators know
					return fmt.Errorf("User already exists : %s", core.NewUserID(n.Provider, n.Login))
				}
				if err != nil {
					return err
				}
				t.note(audit.UserCreate, string(u.ID))
				if f.json {
					return a.printJSON(struct {
						*api.User
						Password string `json:"password,omitempty"` // only when it was made up
					}{userJSON(u), generated})
				}
				if generated != "" {
					fmt.Fprintf(a.out, "Generated password for user %s is %s\n", u.Login, generated)
				}
				return nil
			})
		},
	}
	f.describe(cmd)
	return cmd
}

// newUser says what the flags want. Its errors are wrong usage.
func (f *userFlags) newUser() (n accounts.NewUser, err error) {
	if _, err := f.id(); err != nil {
		return n, err
	}
	if f.password != "" && f.provider != accounts.Local {
		return n, errors.New("only local users have a password here, leave --password out")
	}
	fileSize, userSize, ttl, err := f.limits()
	if err != nil {
		return n, err
	}
	n = accounts.NewUser{Provider: f.provider, Login: f.login, Name: f.name, Email: f.email, Admin: f.admin, Password: f.password}
	assign(&n.Limits.MaxFileSize, fileSize)
	assign(&n.Limits.MaxUserSize, userSize)
	assign(&n.Limits.MaxTTL, ttl)
	return n, nil
}

func assign[T any](to *T, value *T) {
	if value != nil {
		*to = *value
	}
}

func (a *app) userUpdate() *cobra.Command {
	var f userFlags
	cmd := &cobra.Command{
		Use: "update", Short: "Change a user; what is not given stays as it is", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.change(cmd)
			if err != nil {
				return err
			}
			return a.withUser(cmd.Context(), &f, "User %s not found", func(t *tools, u *core.User) error {
				u, err := t.change(cmd.Context(), u.ID, c)
				if err != nil {
					return err
				}
				return a.printJSON(userJSON(u))
			})
		},
	}
	f.describe(cmd)
	return cmd
}

// change says what the flags of cmd want. Its errors are wrong usage.
func (f *userFlags) change(cmd *cobra.Command) (c accounts.UserChange, err error) {
	if c.MaxFileSize, c.MaxUserSize, c.MaxTTL, err = f.limits(); err != nil {
		return c, err
	}
	given := cmd.Flags().Changed // an empty text is one, too
	if given("name") {
		c.Name = &f.name
	}
	if given("email") {
		c.Email = &f.email
	}
	if given("password") {
		c.Password = &f.password
	}
	if given("admin") {
		c.Admin = &f.admin
	}
	return c, nil
}

// console has every right: who can run plikd can read the database.
var console = core.Identity{Admin: true}

// change changes a user and returns what came of it.
func (t *tools) change(ctx context.Context, id core.UserID, c accounts.UserChange) (*core.User, error) {
	u, err := t.accounts.UpdateUser(ctx, console, id, c)
	if err != nil {
		return nil, err
	}
	if c != (accounts.UserChange{Password: c.Password}) {
		t.note(audit.UserUpdate, string(id))
	}
	if c.Password != nil {
		t.note(audit.PasswordChanged, string(id))
	}
	return u, nil
}

func (a *app) userDelete() *cobra.Command {
	var f userFlags
	var yes bool
	cmd := &cobra.Command{
		Use: "delete", Short: "Delete a user with tokens and uploads", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return a.withUser(ctx, &f, "user %s not found", func(t *tools, u *core.User) error {
				return a.remove(ctx, t, yes, removal{
					question: fmt.Sprintf("delete this user %s and all its uploads", u.ID),
					action:   audit.UserDelete, target: string(u.ID),
					do: func() (string, error) {
						return fmt.Sprintf("user %s has been deleted", u.ID), t.accounts.DeleteUser(ctx, u.ID)
					},
				})
			})
		},
	}
	f.identify(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}
