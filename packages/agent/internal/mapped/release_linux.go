package mapped

import (
	"os"
	"syscall"
)

// Release says that part of the content is not needed for now. It stays readable.
func (f *File) Release(from, to int) {
	page := os.Getpagesize()
	from, to = (from+page-1)/page*page, min(to, len(f.Bytes))/page*page
	if from < to {
		_ = syscall.Madvise(f.Bytes[from:to], syscall.MADV_DONTNEED)
	}
}
