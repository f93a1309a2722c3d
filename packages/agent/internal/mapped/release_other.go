//go:build !linux

package mapped

// Release says that part of the content is not needed for now. It stays readable.
func (f *File) Release(from, to int) {}
