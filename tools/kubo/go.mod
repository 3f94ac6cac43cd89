module gen-ip/tools/kubo

go 1.25.0

require github.com/ipfs/kubo v0.40.1
