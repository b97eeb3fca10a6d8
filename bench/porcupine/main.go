// The work of bench/porcupine.ts in Porcupine: usage: porcupine-bench [-runs N] [-timeout D] FILE; prints one line
// of JSON.
//
// FILE holds one history a line: an array of operations on a CAS register, in the order of their calls.
//
//	{"f":"write","value":2,"call":7,"return":9}
//	{"f":"read","value":2,"call":8,"return":12}
//	{"f":"cas","expected":2,"value":4,"exchanged":true,"call":10,"return":15}
//
// Values are numbers that stand for the register's values, 0 for the one it starts with. call and return are
// positions in the history. An operation without return is open: it may take effect at any time after its call,
// or never, and nobody knows what it answered. Of open reads nothing can be said: they are left out.
//
// A history counts with its shortest run; one that takes longer than the timeout is unknown and run only once.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

const (
	modulePath = "github.com/anishathalye/porcupine"
	initial    = 0
	lineMax    = 1 << 24
)

type function int

const (
	read function = iota
	write
	cas
)

var functions = map[string]function{"read": read, "write": write, "cas": cas}

// What is called.
type input struct {
	f        function
	expected int
	value    int
}

// What comes back.
type output struct {
	open      bool
	value     int
	exchanged bool
}

// An operation in the file.
type line struct {
	F         string `json:"f"`
	Expected  int    `json:"expected"`
	Value     int    `json:"value"`
	Exchanged bool   `json:"exchanged"`
	Call      int64  `json:"call"`
	Return    *int64 `json:"return"`
}

// What a check of one history found.
type result struct {
	Verdict      string  `json:"verdict"`
	Milliseconds float64 `json:"ms"`
}

// What is printed.
type report struct {
	Go        string   `json:"go"`
	Porcupine string   `json:"porcupine"`
	Median    float64  `json:"median"`
	Worst     float64  `json:"worst"`
	Results   []result `json:"results"`
}

var verdicts = map[porcupine.CheckResult]string{
	porcupine.Ok:      "linearizable",
	porcupine.Illegal: "not-linearizable",
	porcupine.Unknown: "unknown",
}

var casRegister = porcupine.Model{
	Init: func() interface{} { return initial },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		held, asked, answer := state.(int), in.(input), out.(output)
		switch asked.f {
		case write:
			return true, asked.value
		case read:
			return answer.open || answer.value == held, held
		}
		matches := held == asked.expected
		if !answer.open && answer.exchanged != matches {
			return false, held
		}
		if matches {
			return true, asked.value
		}
		return true, held
	},
	Equal: func(a, b interface{}) bool { return a.(int) == b.(int) },
}

func toOperation(from line) (porcupine.Operation, error) {
	f, isKnown := functions[from.F]
	if !isKnown {
		return porcupine.Operation{}, fmt.Errorf("f: expected read, write or cas, got %q", from.F)
	}
	to := porcupine.Operation{
		Input:  input{f: f, expected: from.Expected, value: from.Value},
		Call:   from.Call,
		Output: output{value: from.Value, exchanged: from.Exchanged},
	}
	if from.Return == nil {
		// Porcupine explains every operation: one that never took effect comes after all others, to no effect.
		to.Output, to.Return = output{open: true}, math.MaxInt64
	} else {
		to.Return = *from.Return
	}
	return to, nil
}

func readHistories(path string) ([][]porcupine.Operation, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var histories [][]porcupine.Operation
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, lineMax)
	for scanner.Scan() {
		var lines []line
		if err := json.Unmarshal(scanner.Bytes(), &lines); err != nil {
			return nil, fmt.Errorf("history %d: %w", len(histories)+1, err)
		}
		history := make([]porcupine.Operation, 0, len(lines))
		for _, from := range lines {
			operation, err := toOperation(from)
			if err != nil {
				return nil, fmt.Errorf("history %d: %w", len(histories)+1, err)
			}
			history = append(history, operation)
		}
		histories = append(histories, history)
	}
	return histories, scanner.Err()
}

func check(history []porcupine.Operation, runs int, timeout time.Duration) result {
	shortest := time.Duration(math.MaxInt64)
	var verdict porcupine.CheckResult
	for run := 0; run < runs; run++ {
		started := time.Now()
		verdict = porcupine.CheckOperationsTimeout(casRegister, history, timeout)
		if took := time.Since(started); took < shortest {
			shortest = took
		}
		if verdict == porcupine.Unknown {
			// what it remembered shall not slow the next history down
			runtime.GC()
			break
		}
	}
	return result{Verdict: verdicts[verdict], Milliseconds: float64(shortest.Nanoseconds()) / 1e6}
}

func porcupineVersion() string {
	info, isKnown := debug.ReadBuildInfo()
	if !isKnown {
		return "of an unknown version"
	}
	for _, dependency := range info.Deps {
		if dependency.Path != modulePath {
			continue
		}
		if dependency.Replace != nil {
			return "from a local checkout"
		}
		return dependency.Version
	}
	return "of an unknown version"
}

func main() {
	log.SetFlags(0)
	runs := flag.Int("runs", 3, "runs of each history")
	timeout := flag.Duration("timeout", time.Second, "time for a history")
	flag.Parse()
	if flag.NArg() != 1 || *runs < 1 || *timeout <= 0 {
		log.Fatal("usage: porcupine-bench [-runs N] [-timeout D] FILE")
	}
	histories, err := readHistories(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	all := report{Go: runtime.Version(), Porcupine: porcupineVersion(), Results: []result{}}
	times := []float64{0}
	for _, history := range histories {
		one := check(history, *runs, *timeout)
		all.Results = append(all.Results, one)
		times = append(times, one.Milliseconds)
	}
	if len(histories) > 0 {
		times = times[1:]
	}
	sort.Float64s(times)
	all.Median, all.Worst = times[len(times)/2], times[len(times)-1]
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		log.Fatal(err)
	}
}
