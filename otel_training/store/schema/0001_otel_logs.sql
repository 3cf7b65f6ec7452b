-- Inbound log events: exactly the columns that the collector's ClickHouse exporter writes.
-- Embedded it keeps nothing (the segments were the replay); the views below type every row.
CREATE TABLE IF NOT EXISTS otel_logs /*{on_cluster}*/ (
    Timestamp DateTime64(9),
    TraceId String,
    SpanId String,
    TraceFlags UInt8,
    SeverityText LowCardinality(String),
    SeverityNumber UInt8,
    ServiceName LowCardinality(String),
    Body String,
    ResourceSchemaUrl LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String),
    ScopeSchemaUrl LowCardinality(String),
    ScopeName String,
    ScopeVersion LowCardinality(String),
    ScopeAttributes Map(LowCardinality(String), String),
    LogAttributes Map(LowCardinality(String), String),
    EventName String
) ENGINE = Null/*{inbound}*/
