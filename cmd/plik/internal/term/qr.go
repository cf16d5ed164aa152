package term

import (
	"fmt"

	"github.com/skip2/go-qrcode"
)

// QR returns text as a QR code of half blocks, dark on light.
func QR(text string) (string, error) {
	q, err := qrcode.New(text, qrcode.Low)
	if err != nil {
		return "", fmt.Errorf("unable to make a QR code : %w", err)
	}
	return q.ToSmallString(false), nil
}
