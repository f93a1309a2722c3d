module example.com/nx-kube/bench/live-update

go 1.25.0
