package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/password"
)

func (a *app) userCommand() *cobra.Command {
	return group("user", "Create, list, change and delete users",
		a.userCreate(), a.userList(), a.userShow(), a.userUpdate(), a.userPasswd(), a.userDelete())
}

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

// limits parses those that were given.
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

func (a *app) userCreate() *cobra.Command {
	var f userFlags
	cmd := &cobra.Command{
		Use: "create", Short: "Create a user", Args: cobra.NoArgs,
		Long: "Create a user. A local user without --password gets one that is printed, and cannot be shown again.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withAccounts(cmd.Context(), func(t *tools) error {
				id, err := f.id()
				if err != nil {
					return err
				}
				fileSize, userSize, ttl, err := f.limits()
				if err != nil {
					return err
				}
				n := accounts.NewUser{Provider: f.provider, Login: f.login, Name: f.name, Email: f.email, Admin: f.admin, Password: f.password}
				assign(&n.Limits.MaxFileSize, fileSize)
				assign(&n.Limits.MaxUserSize, userSize)
				assign(&n.Limits.MaxTTL, ttl)
				generated := f.provider == accounts.Local && f.password == ""
				if generated {
					n.Password = password.Generate()
				}
				u, err := t.accounts.CreateUser(cmd.Context(), n)
				if err != nil {
					return err
				}
				t.note(audit.UserCreate, string(id))
				if f.json {
					out := struct {
						*api.User
						Password string `json:"password,omitempty"` // only when it was made up
					}{User: userJSON(u)}
					if generated {
						out.Password = n.Password
					}
					return a.printJSON(out)
				}
				if generated {
					fmt.Fprintf(a.out, "Generated password for user %s is %s\n", f.login, n.Password)
				}
				return nil
			})
		},
	}
	f.describe(cmd)
	return cmd
}

func assign[T any](to *T, value *T) {
	if value != nil {
		*to = *value
	}
}

func (a *app) userList() *cobra.Command {
	var provider string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the users: provider:login, name, e-mail", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withAccounts(cmd.Context(), func(t *tools) error {
				all := []*api.User{}
				err := each(func(p core.Page) (core.List[*core.User], error) {
					return t.accounts.Users(cmd.Context(), core.UserFilter{Provider: provider}, p)
				}, func(u *core.User) error {
					if asJSON {
						all = append(all, userJSON(u))
						return nil
					}
					words := []string{string(u.ID)}
					for _, w := range []string{u.Name, u.Email} {
						if w != "" {
							words = append(words, w)
						}
					}
					_, err := fmt.Fprintln(a.out, terminalText(strings.Join(words, " ")))
					return err
				})
				if err != nil || !asJSON {
					return err
				}
				return a.printJSON(all)
			})
		},
	}
	cmd.Flags().StringVar(&provider, "provider", "", "only those of this provider")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print them as a JSON list")
	return cmd
}

// findUser returns the user that the flags name.
func (f *userFlags) findUser(cmd *cobra.Command, t *tools) (*core.User, error) {
	id, err := f.id()
	if err != nil {
		return nil, err
	}
	u, err := t.accounts.User(cmd.Context(), id)
	if core.KindOf(err) == core.KindNotFound && err != nil {
		//lint:ignore ST1005 a phrase operators know
		return nil, fmt.Errorf("User %s not found, see plikd user list", id)
	}
	return u, err
}

func (a *app) userShow() *cobra.Command {
	var f userFlags
	cmd := &cobra.Command{
		Use: "show", Short: "Print a user as JSON", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withAccounts(cmd.Context(), func(t *tools) error {
				u, err := f.findUser(cmd, t)
				if err != nil {
					return err
				}
				return a.printJSON(userJSON(u))
			})
		},
	}
	f.identify(cmd)
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON, which it does anyway")
	return cmd
}

func (a *app) userUpdate() *cobra.Command {
	var f userFlags
	cmd := &cobra.Command{
		Use: "update", Short: "Change a user; what is not given stays as it is", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withAccounts(cmd.Context(), func(t *tools) error {
				u, err := f.findUser(cmd, t)
				if err != nil {
					return err
				}
				var c accounts.UserChange
				if c.MaxFileSize, c.MaxUserSize, c.MaxTTL, err = f.limits(); err != nil {
					return err
				}
				for flag, to := range map[string]**string{"name": &c.Name, "email": &c.Email, "password": &c.Password} {
					if cmd.Flags().Changed(flag) {
						v, _ := cmd.Flags().GetString(flag)
						*to = &v
					}
				}
				if cmd.Flags().Changed("admin") {
					c.Admin = &f.admin
				}
				return a.change(cmd, t, u, c, true)
			})
		},
	}
	f.describe(cmd)
	return cmd
}

// console has every right: who can run plikd can read the database.
var console = core.Identity{Admin: true}

func (a *app) change(cmd *cobra.Command, t *tools, u *core.User, c accounts.UserChange, show bool) error {
	u, err := t.accounts.UpdateUser(cmd.Context(), console, u.ID, c)
	if err != nil {
		return err
	}
	t.note(audit.UserUpdate, string(u.ID))
	if c.Password != nil {
		t.note(audit.PasswordChanged, string(u.ID))
	}
	if show {
		return a.printJSON(userJSON(u))
	}
	return nil
}

func (a *app) userPasswd() *cobra.Command {
	var f userFlags
	var generate bool
	cmd := &cobra.Command{
		Use: "passwd", Short: "Give a local user a new password and end all sessions", Args: cobra.NoArgs,
		Long: "Give a local user a new password, read from the terminal or from standard input, and end all the user's sessions.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withAccounts(cmd.Context(), func(t *tools) error {
				u, err := f.findUser(cmd, t)
				if err != nil {
					return err
				}
				secret := password.Generate()
				if !generate {
					if secret, err = a.readPassword(string(u.ID)); err != nil {
						return err
					}
				}
				if err := a.change(cmd, t, u, accounts.UserChange{Password: &secret}, false); err != nil {
					return err
				}
				if generate {
					fmt.Fprintf(a.out, "Generated password for user %s is %s\n", u.Login, secret)
				}
				return nil
			})
		},
	}
	f.identify(cmd)
	cmd.Flags().BoolVar(&generate, "generate", false, "make a password up and print it")
	return cmd
}

// readPassword asks twice at a terminal, without showing what is typed, and else reads a line.
func (a *app) readPassword(id string) (string, error) {
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(a.in, 64<<10)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var typed [2]string
	for i, question := range []string{"New password for " + id + ": ", "Once more: "} {
		fmt.Fprint(a.err, question)
		p, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(a.err)
		if err != nil {
			return "", fmt.Errorf("read password: %w", err)
		}
		typed[i] = string(p)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two passwords differ, nothing was changed")
	}
	return typed[0], nil
}

func (a *app) userDelete() *cobra.Command {
	var f userFlags
	var yes bool
	cmd := &cobra.Command{
		Use: "delete", Short: "Delete a user with tokens and uploads", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withAccounts(cmd.Context(), func(t *tools) error {
				u, err := f.findUser(cmd, t)
				if err != nil {
					return err
				}
				ok, err := a.confirm(yes, "Do you really want to delete this user %s and all its uploads", terminalText(string(u.ID)))
				if err != nil || !ok {
					return err
				}
				if err := t.accounts.DeleteUser(cmd.Context(), u.ID); err != nil {
					return err
				}
				t.note(audit.UserDelete, string(u.ID))
				fmt.Fprintf(a.out, "user %s has been deleted\n", terminalText(string(u.ID)))
				return a.clean(cmd.Context(), t)
			})
		},
	}
	f.identify(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func userJSON(u *core.User) *api.User {
	return &api.User{
		ID: string(u.ID), Provider: u.Provider, Login: u.Login, Name: u.Name, Email: u.Email, Admin: u.Admin,
		MaxFileSize: u.MaxFileSize, MaxUserSize: u.MaxUserSize, MaxTTL: u.MaxTTL, CreatedAt: u.CreatedAt,
	}
}
