module example.org/feed

go 1.22
