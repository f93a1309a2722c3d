package main

//go:generate go run sigs.k8s.io/controller-tools/cmd/controller-gen@v0.19.0 object:headerFile=hack/boilerplate.go.txt paths=./api/...
//go:generate go run sigs.k8s.io/controller-tools/cmd/controller-gen@v0.19.0 crd paths=./api/... output:crd:artifacts:config=config/crd/bases
//go:generate go run sigs.k8s.io/controller-tools/cmd/controller-gen@v0.19.0 rbac:roleName=controller paths=./controllers/... output:rbac:artifacts:config=config/rbac
