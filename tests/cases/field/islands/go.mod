module gotopsy/field/islands

go 1.22

require (
	example.org/feed v0.0.0
	gotopsy/field v0.0.0
)

replace (
	example.org/feed => ./feed
	gotopsy/field => ../
)
