package file

import "strconv"

// WritebackEvery is how many bytes are written between two requests for write-back.
const WritebackEvery = writebackEvery

// Inject calls before ahead of each step of a Put. An error of before is what the step returns
// instead of being done; a write is then done by half, and a close is done all the same.
// Not to be called while s is in use.
func (s *Store) Inject(before func(step string) error) {
	s.disk = injected{s.disk, before}
}

type injected struct {
	disk
	before func(string) error
}

func (d injected) create(name string) (handle, error) {
	if err := d.before("create"); err != nil {
		return nil, err
	}
	h, err := d.disk.create(name)
	return injectedHandle{h, d.before}, err
}

func (d injected) open(dir string) (place, error) {
	if err := d.before("open " + dir); err != nil {
		return nil, err
	}
	p, err := d.disk.open(dir)
	return injectedPlace{p, dir, d.before}, err
}

type injectedPlace struct {
	place
	dir    string
	before func(string) error
}

func (p injectedPlace) take(partial, name string) error {
	if err := p.before("rename " + p.dir + "/" + name); err != nil {
		return err
	}
	return p.place.take(partial, name)
}

func (p injectedPlace) sync() error {
	if err := p.before("syncdir " + p.dir); err != nil {
		return err
	}
	return p.place.sync()
}

func (d injected) remove(name string) error {
	if err := d.before("remove"); err != nil {
		return err
	}
	return d.disk.remove(name)
}

func (d injected) mkdir(name string) error {
	if err := d.before("mkdir " + name); err != nil {
		return err
	}
	return d.disk.mkdir(name)
}

func (d injected) syncRoot() error {
	if err := d.before("syncdir ."); err != nil {
		return err
	}
	return d.disk.syncRoot()
}

type injectedHandle struct {
	handle
	before func(string) error
}

func (h injectedHandle) Write(p []byte) (int, error) {
	if err := h.before("write"); err != nil {
		n, _ := h.handle.Write(p[:len(p)/2])
		return n, err
	}
	return h.handle.Write(p)
}

func (h injectedHandle) Sync() error {
	if err := h.before("sync"); err != nil {
		return err
	}
	return h.handle.Sync()
}

func (h injectedHandle) Close() error {
	if err := h.before("close"); err != nil {
		_ = h.handle.Close()
		return err
	}
	return h.handle.Close()
}

func (h injectedHandle) startWriteback(offset, n int64) {
	if h.before("writeback "+strconv.FormatInt(offset, 10)+" "+strconv.FormatInt(n, 10)) == nil {
		h.handle.startWriteback(offset, n)
	}
}
