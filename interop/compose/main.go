// Reads compose files with the compose specification's own loader, as `docker compose` does, and prints the outcome
// as JSON, or fails with what the loader says.
//
//	go run . [-profile NAME]… [-env FILE] FILE…
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
)

type list []string

func (l *list) String() string         { return fmt.Sprint(*l) }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var profiles list
	flag.Var(&profiles, "profile", "a profile that is on")
	env := flag.String("env", "", "what stands in .env")
	flag.Parse()
	options := []cli.ProjectOptionsFn{
		cli.WithWorkingDirectory(filepath.Dir(flag.Arg(0))),
		cli.WithInterpolation(true),
		cli.WithResolvedPaths(true),
		cli.WithDefaultProfiles(profiles...),
	}
	if *env != "" {
		options = append(options, cli.WithEnvFiles(*env), cli.WithDotEnv)
	}
	project, err := cli.NewProjectOptions(flag.Args(), options...)
	if err != nil {
		return err
	}
	loaded, err := project.LoadProject(context.Background())
	if err != nil {
		return err
	}
	text, err := loaded.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}
