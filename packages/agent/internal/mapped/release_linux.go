package mapped

import (
	"os"
	"syscall"
)

// Release frees the memory of part of the content. The part stays readable.
func (f *File) Release(from, to int) {
	page := os.Getpagesize()
	from, to = (from+page-1)/page*page, min(to, len(f.Bytes))/page*page
	if from < to {
		_ = syscall.Madvise(f.Bytes[from:to], syscall.MADV_DONTNEED)
	}
}
