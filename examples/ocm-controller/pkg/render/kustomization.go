package render

import (
	"fmt"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Kustomization renders files with a kustomization.yaml at their root. It works in memory and reads no other files.
func Kustomization(files map[string]string) ([]byte, error) {
	memory := filesys.MakeFsInMemory()
	for path, content := range files {
		if err := memory.WriteFile(path, []byte(content)); err != nil {
			return nil, fmt.Errorf("file %s: %w", path, err)
		}
	}

	objects, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(memory, filesys.SelfDir)
	if err != nil {
		return nil, fmt.Errorf("rendering the kustomization: %w", err)
	}
	return objects.AsYaml()
}
