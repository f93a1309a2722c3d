//go:build !unix

package digest

import "io/fs"

func identity(fs.FileInfo) any { return nil }
