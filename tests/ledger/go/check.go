// Checks a log's folder with Go's own transparency log: the note, the tree from its tiles, and proofs
// that somebody else made. Usage: check FOLDER VKEY PROOFS.json
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type proofs struct {
	Records []struct {
		Index int64
		Entry []byte
		Proof []tlog.Hash
	}
	Trees []struct {
		Size  int64
		Root  tlog.Hash
		Proof []tlog.Hash
	}
}

type folder string

func (f folder) Height() int { return height }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// Go writes the height of tiles into their paths; the standard has only one height.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func main() {
	dir, vkey, given := os.Args[1], os.Args[2], os.Args[3]
	tree := open(dir, vkey)
	reader := tlog.TileHashReader(tree, folder(dir))
	root, err := tlog.TreeHash(tree.N, reader)
	must(err)
	if root != tree.Hash {
		log.Fatal("the tiles have another root")
	}
	var all proofs
	data, err := os.ReadFile(given)
	must(err)
	must(json.Unmarshal(data, &all))
	for _, record := range all.Records {
		leaf := tlog.RecordHash(record.Entry)
		must(tlog.CheckRecord(record.Proof, tree.N, tree.Hash, record.Index, leaf))
		own, err := tlog.ProveRecord(tree.N, record.Index, reader)
		must(err)
		must(tlog.CheckRecord(own, tree.N, tree.Hash, record.Index, leaf))
		same(own, record.Proof)
	}
	for _, old := range all.Trees {
		must(tlog.CheckTree(old.Proof, tree.N, tree.Hash, old.Size, old.Root))
		own, err := tlog.ProveTree(tree.N, old.Size, reader)
		must(err)
		same(own, old.Proof)
	}
	fmt.Println(tree.N, len(all.Records), len(all.Trees))
}

func open(dir, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	must(err)
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(err)
	opened, err := note.Open(data, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

func same(own, given []tlog.Hash) {
	if len(own) != len(given) {
		log.Fatal("proofs differ in length")
	}
	for i := range own {
		if !bytes.Equal(own[i][:], given[i][:]) {
			log.Fatal("proofs differ")
		}
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
