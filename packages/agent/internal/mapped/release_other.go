//go:build !linux

package mapped

// Release frees the memory of part of the content. The part stays readable.
func (f *File) Release(from, to int) {}
