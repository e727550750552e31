// files - the program of files.c in Go, for TinyGo and for Go itself.
//
//	files INPUT OUTPUT
package main

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
)

func run(input, output string) error {
	text, err := os.ReadFile(input)
	if err != nil {
		return fails("read", input, err)
	}
	lines := strconv.Itoa(bytes.Count(text, []byte("\n"))) + " lines, "
	words := strconv.Itoa(len(bytes.Fields(text))) + " words, "
	report := lines + words + strconv.Itoa(len(text)) + " bytes\n"

	draft := output + ".new"
	if err := os.WriteFile(draft, []byte(report), 0o600); err != nil {
		return fails("write", draft, err)
	}
	if err := os.Rename(draft, output); err != nil {
		return fails("rename", draft, err)
	}
	text, err = os.ReadFile(output)
	if err != nil {
		return fails("read", output, err)
	}
	os.Stdout.Write(text)

	directory := "."
	if slash := strings.LastIndexByte(output, '/'); slash >= 0 {
		directory = output[:slash]
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return fails("list", directory, err)
	}
	names := []string{}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	sort.Strings(names)
	os.Stdout.WriteString("files: " + strings.Join(names, " ") + "\n")
	return nil
}

// The reason alone: the error of package os has the call and the path too, differently in TinyGo and Go.
func fails(what, path string, err error) error {
	var detail *os.PathError
	if errors.As(err, &detail) {
		err = detail.Err
	}
	return errors.New("cannot " + what + " " + path + ": " + err.Error())
}

func main() {
	os.Stdout.WriteString("hello from " + map[string]string{"gc": "Go", "tinygo": "TinyGo"}[runtime.Compiler] + "\n")
	if len(os.Args) != 3 {
		os.Stderr.WriteString("usage: files INPUT OUTPUT\n")
		os.Exit(1)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		os.Stderr.WriteString("files: " + err.Error() + "\n")
		os.Exit(1)
	}
}
