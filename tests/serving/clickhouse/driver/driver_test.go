// The Go driver of ClickHouse over HTTP, as the collector's exporter and Grafana's data source use it.
package driver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

var compressions = map[string]clickhouse.CompressionMethod{
	"none": clickhouse.CompressionNone,
	"lz4":  clickhouse.CompressionLZ4,
	"zstd": clickhouse.CompressionZSTD,
	"gzip": clickhouse.CompressionGZIP,
}

func options(compression string) *clickhouse.Options {
	return &clickhouse.Options{
		Protocol:    clickhouse.HTTP,
		Addr:        []string{os.Getenv("SERVE_ADDRESS")},
		Auth:        clickhouse.Auth{Database: "otel_training", Username: "default", Password: os.Getenv("SERVE_PASSWORD")},
		Compression: &clickhouse.Compression{Method: compressions[compression]},
		Settings:    clickhouse.Settings{"max_execution_time": 60},
	}
}

func open(t *testing.T, compression string) driver.Conn {
	t.Helper()
	connection, err := clickhouse.Open(options(compression))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection
}

// each runs a test once for each way of compression.
func each(t *testing.T, test func(*testing.T, driver.Conn)) {
	for name := range compressions {
		t.Run(name, func(t *testing.T) { test(t, open(t, name)) })
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestHandshakeAndPing(t *testing.T) {
	each(t, func(t *testing.T, connection driver.Conn) {
		must(t, connection.Ping(context.Background()))
		server, err := connection.ServerVersion()
		must(t, err)
		if server.DisplayName != "otel_training" || server.Revision != 0 || server.Version.Major < 26 {
			t.Fatalf("%+v", server)
		}
	})
}

func TestTypes(t *testing.T) {
	each(t, func(t *testing.T, connection driver.Conn) {
		var (
			number  uint64
			text    string
			maybe   *float64
			low     string
			names   map[string]string
			numbers []uint8
			moment  time.Time
			tuple   []any
			enum    string
			flag    bool
		)
		row := connection.QueryRow(context.Background(), `SELECT toUInt64(1), 'é', CAST(NULL, 'Nullable(Float64)'),
			toLowCardinality('low'), CAST(map('a', 'b'), 'Map(LowCardinality(String), String)'), [1, 2]::Array(UInt8),
			toDateTime64('2026-11-26 12:00:00.123456789', 9, 'UTC'), tuple('x', 2::UInt8),
			CAST('b', 'Enum8(\'a\' = 1, \'b\' = 2)'), true`)
		must(t, row.Scan(&number, &text, &maybe, &low, &names, &numbers, &moment, &tuple, &enum, &flag))
		found := []any{number, text, maybe == nil, low, names, numbers, moment.UTC().UnixNano(), tuple, enum, flag}
		wanted := []any{
			uint64(1), "é", true, "low", map[string]string{"a": "b"}, []uint8{1, 2},
			time.Date(2026, 11, 26, 12, 0, 0, 123456789, time.UTC).UnixNano(), []any{"x", uint8(2)}, "b", true,
		}
		if !reflect.DeepEqual(wanted, found) {
			t.Fatalf("wanted %v, found %v", wanted, found)
		}
	})
}

func TestParametersAndSettings(t *testing.T) {
	each(t, func(t *testing.T, connection driver.Conn) {
		ctx := clickhouse.Context(context.Background(),
			clickhouse.WithParameters(clickhouse.Parameters{"text": "it's", "number": "7"}),
			clickhouse.WithSettings(clickhouse.Settings{"max_threads": 3}))
		var text string
		var number, threads uint64
		row := connection.QueryRow(ctx, "SELECT {text:String}, {number:UInt64}, toUInt64(getSetting('max_threads'))")
		must(t, row.Scan(&text, &number, &threads))
		if text != "it's" || number != 7 || threads != 3 {
			t.Fatal(text, number, threads)
		}
	})
}

func TestStreamsManyBlocks(t *testing.T) {
	each(t, func(t *testing.T, connection driver.Conn) {
		rows, err := connection.Query(context.Background(), "SELECT number, repeat('x', number % 50) FROM numbers(500000)")
		must(t, err)
		defer rows.Close()
		var wanted uint64
		for rows.Next() {
			var number uint64
			var text string
			must(t, rows.Scan(&number, &text))
			if number != wanted || len(text) != int(number%50) {
				t.Fatal(number, wanted, text)
			}
			wanted++
		}
		must(t, rows.Err())
		if wanted != 500000 {
			t.Fatal(wanted)
		}
	})
}

func TestEmptyAnswerHasItsColumns(t *testing.T) {
	each(t, func(t *testing.T, connection driver.Conn) {
		rows, err := connection.Query(context.Background(), "SELECT number AS n, toString(n) AS text FROM numbers(0) WHERE n > 5;")
		must(t, err)
		defer rows.Close()
		if !reflect.DeepEqual([]string{"n", "text"}, rows.Columns()) || rows.Next() {
			t.Fatal(rows.Columns())
		}
	})
}

// As the exporter does: DESCRIBE TABLE, then one block of maps and times for each batch.
func TestBatches(t *testing.T) {
	each(t, func(t *testing.T, connection driver.Conn) {
		ctx := context.Background()
		service := fmt.Sprintf("driver-%d", time.Now().UnixNano())
		for number := range 3 {
			batch, err := connection.PrepareBatch(ctx, `INSERT INTO otel_logs (Timestamp, TraceId, SpanId, TraceFlags,
				SeverityText, SeverityNumber, ServiceName, Body, ResourceAttributes, ScopeName, LogAttributes)`)
			must(t, err)
			for row := range 1000 {
				must(t, batch.Append(time.Unix(1764000000, int64(row)), "", "", uint8(0), "", uint8(0), service,
					strings.Repeat("x", 100), map[string]string{"service.name": service}, "otel_training",
					map[string]string{
						"training.kind": "feedback", "training.event.id": fmt.Sprintf("%s-%d-%d", service, number, row),
						"training.insight.id": "i", "training.feedback.action": "like", "user.hash": fmt.Sprint(row),
					}))
			}
			must(t, batch.Send())
		}
		var stored uint64
		must(t, connection.QueryRow(ctx, "SELECT count() FROM v_feedback WHERE service = {service:String}",
			clickhouse.Named("service", service)).Scan(&stored))
		if stored != 3000 {
			t.Fatal(stored)
		}
	})
}

func TestInsertsByStatement(t *testing.T) {
	each(t, func(t *testing.T, connection driver.Conn) {
		ctx := context.Background()
		must(t, connection.Exec(ctx, "CREATE OR REPLACE TABLE driven (a UInt8, b String) ENGINE = MergeTree ORDER BY a"))
		must(t, connection.Exec(ctx, "INSERT INTO driven VALUES (1, 'x'), (2, 'it''s')"))
		must(t, connection.Exec(ctx, "INSERT INTO driven SELECT 3, 'z'"))
		var texts []string
		must(t, connection.QueryRow(ctx, "SELECT groupArray(b) FROM (SELECT b FROM driven ORDER BY a)").Scan(&texts))
		if !reflect.DeepEqual([]string{"x", "it's", "z"}, texts) {
			t.Fatal(texts)
		}
	})
}

func TestErrors(t *testing.T) {
	wanted := map[string]string{
		"SELEC 1":                  "[HTTP 400] response body: \"Code: 62. DB::Exception",
		"SELECT * FROM nosuch":     "[HTTP 404] response body: \"Code: 60. DB::Exception",
		"SELECT throwIf(1)":        "[HTTP 500] response body: \"Code: 395. DB::Exception",
		"SELECT $__unknown(1)":     "DB::Exception",
		"SELECT 1 SETTINGS no = 1": "Code: 115. DB::Exception",
	}
	each(t, func(t *testing.T, connection driver.Conn) {
		for statement, said := range wanted {
			rows, err := connection.Query(context.Background(), statement)
			if err == nil {
				rows.Close()
				t.Fatal("no error: ", statement)
			}
			if !strings.Contains(err.Error(), said) {
				t.Fatalf("%s: %v", statement, err)
			}
		}
		must(t, connection.Ping(context.Background()))
	})
}

func TestErrorAmidAnAnswer(t *testing.T) {
	for _, name := range []string{"none", "gzip", "lz4"} {
		t.Run(name, func(t *testing.T) {
			rows, err := open(t, name).Query(context.Background(),
				"SELECT throwIf(number = 400000) FROM numbers(1000000) SETTINGS max_block_size = 1000")
			must(t, err)
			defer rows.Close()
			for rows.Next() {
			}
			if rows.Err() == nil || !strings.Contains(rows.Err().Error(), "throwIf") {
				t.Fatal(rows.Err())
			}
		})
	}
}

func TestWrongPassword(t *testing.T) {
	wrong := options("none")
	wrong.Auth.Password = "wrong"
	connection, err := clickhouse.Open(wrong)
	must(t, err)
	defer connection.Close()
	if err := connection.Ping(context.Background()); err == nil || !strings.Contains(err.Error(), "Code: 516") {
		t.Fatal(err)
	}
}

// As Grafana does when a panel is left: the query ends with the client that asked.
func TestCancelStopsTheQuery(t *testing.T) {
	connection := open(t, "none")
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	_, err := connection.Query(ctx, "SELECT count() FROM numbers(1000000000000) WHERE cityHash64(number) = 1")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	var running uint64
	for range 50 {
		must(t, connection.QueryRow(context.Background(),
			"SELECT count() FROM system.processes WHERE query LIKE '%numbers(1000000000000)%' AND query NOT LIKE '%processes%'",
		).Scan(&running))
		if running == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("still running: ", running)
}

// As Grafana's data source does: database/sql over the same driver.
func TestDatabaseSQL(t *testing.T) {
	database := clickhouse.OpenDB(options("gzip"))
	defer database.Close()
	database.SetMaxOpenConns(8)
	must(t, database.Ping())
	failures := make(chan error, 16)
	for number := range 16 {
		go func() {
			var found int64
			err := database.QueryRow("SELECT sum(number)::Int64 + ? FROM numbers(1000000)", number).Scan(&found)
			if err == nil && found != 499999500000+int64(number) {
				err = fmt.Errorf("found %d", found)
			}
			failures <- err
		}()
	}
	for range 16 {
		must(t, <-failures)
	}
	var nothing string
	if err := database.QueryRow("SELECT 'x' WHERE 0").Scan(&nothing); !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
}
