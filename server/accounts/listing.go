package accounts

import (
	"context"

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
