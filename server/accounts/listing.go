package accounts

import (
	"context"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Uploads lists uploads that are not deleted, with their files.
func (s *Service) Uploads(ctx context.Context, f core.UploadFilter, p core.Page) (core.List[*core.Upload], error) {
	return s.store.Uploads(ctx, f, p)
}

// RemoveUploads deletes the uploads of a user, all or those made with a token, and tells how many.
func (s *Service) RemoveUploads(ctx context.Context, user core.UserID, token string) (int, error) {
	n, uploading, err := s.store.RemoveUploads(ctx, user, token, s.now().UTC())
	s.abort(uploading)
	return n, err
}

// UserStats counts what a user has, all or what was made with a token.
func (s *Service) UserStats(ctx context.Context, user core.UserID, token string) (core.UserStats, error) {
	return s.store.UserStats(ctx, user, token)
}

// Stats counts what the server holds.
func (s *Service) Stats(ctx context.Context) (core.Stats, error) { return s.store.Stats(ctx) }

// Days counts, by day and oldest first, what was uploaded in the last n days and is still there.
func (s *Service) Days(ctx context.Context, n int) ([]core.Figures, error) {
	today := s.now().UTC().Truncate(24 * time.Hour)
	first := today.AddDate(0, 0, 1-n)
	found, err := s.store.Days(ctx, first)
	if err != nil {
		return nil, err
	}
	byDay := map[string]core.Figures{}
	for _, f := range found {
		byDay[f.Name] = f
	}
	days := make([]core.Figures, n)
	for i := range days {
		name := first.AddDate(0, 0, i).Format(time.DateOnly)
		days[i] = byDay[name]
		days[i].Name = name
	}
	return days, nil
}

// Top returns the users and the types with the most bytes.
func (s *Service) Top(ctx context.Context, limit int) (users, types []core.Figures, err error) {
	if users, err = s.store.TopUsers(ctx, limit); err != nil {
		return nil, nil, err
	}
	types, err = s.store.TopTypes(ctx, limit)
	return users, types, err
}
