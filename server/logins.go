package server

import (
	"context"
	"fmt"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/relay"
	"github.com/root-gg/plik/server/uploads"
)

// SignatureKey is the setting that signs the sessions of all daemons on a database; Plik 1.3
// has it under the same name.
const SignatureKey = "authentication_signature_key"

// ticketKey is the setting that signs what stands for the password of an upload.
const ticketKey = "ticket_signature_key"

// openTickets reads the key of the tickets.
func (s *Server) openTickets(ctx context.Context) error {
	key, err := s.backends.Metadata.SetSettingIfAbsent(ctx, ticketKey, core.RandomText(64))
	if err != nil {
		return fmt.Errorf("read the key of the tickets: %w", err)
	}
	s.tickets = []byte(key)
	return nil
}

// relayKey is the setting that signs what daemons on one database ask of each other.
const relayKey = "relay_signature_key"

// openRelay lets this daemon fetch streams from the others, and they from it, when it says where it is.
func (s *Server) openRelay(ctx context.Context) (uploads.Relay, error) {
	if s.Config.AdvertiseURL == "" {
		return nil, nil
	}
	key, err := s.backends.Metadata.SetSettingIfAbsent(ctx, relayKey, core.RandomText(64))
	if err != nil {
		return nil, fmt.Errorf("read the key of the relay: %w", err)
	}
	s.relayKey = relay.Key(key)
	s.relay = relay.NewClient(s.backends.Metadata, s.relayKey, s.Now)
	return s.relay, nil
}

// openSessions opens what logins need, when there are accounts.
func (s *Server) openSessions(ctx context.Context) error {
	if !s.Config.FeatureAuthentication.Enabled() {
		return nil
	}
	key, err := s.backends.Metadata.SetSettingIfAbsent(ctx, SignatureKey, core.RandomText(64))
	if err != nil {
		return fmt.Errorf("read the key of the sessions: %w", err)
	}
	s.sessions, err = auth.NewSessions(auth.SessionOptions{
		Key: []byte(key), Lifetime: s.Config.SessionLifetime, Path: s.Config.Path, Now: s.Now,
	})
	if err != nil {
		return err
	}
	s.logins, err = s.flows([]byte(key))
	return err
}

// flows returns the logins with other people's accounts that are configured, by name.
func (s *Server) flows(key []byte) (map[string]*auth.Flow, error) {
	providers, err := s.providers()
	if err != nil {
		return nil, err
	}
	flows := map[string]*auth.Flow{}
	for _, p := range providers {
		flows[p.Name()], err = auth.NewFlow(p, auth.FlowOptions{Key: key, Path: s.Config.Path, Now: s.Now})
		if err != nil {
			return nil, fmt.Errorf("%s login: %w", p.Title(), err)
		}
	}
	return flows, nil
}
