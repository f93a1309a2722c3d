//go:build unix

package digest

import (
	"io/fs"
	"syscall"
)

func identity(info fs.FileInfo) any {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return [2]uint64{uint64(stat.Dev), stat.Ino}
	}
	return nil
}
