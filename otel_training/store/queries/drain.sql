-- Loads lines of segments into the inbound table, which the materialized views type.
-- An old log may reach back over any number of months, each a partition.
-- Parameters: path, a file of OTLP/JSON log records, each with its segment's header under `segment`.
INSERT INTO otel_logs (
    Timestamp, TraceId, SpanId, TraceFlags, SeverityNumber, ServiceName, Body, ResourceSchemaUrl,
    ResourceAttributes, ScopeName, ScopeVersion, LogAttributes, EventName
)
SETTINGS max_partitions_per_insert_block = 0
WITH
    (v -> multiIf(
        v.stringValue IS NOT NULL, v.stringValue,
        v.intValue IS NOT NULL, v.intValue,
        v.boolValue IS NOT NULL, if(assumeNotNull(v.boolValue), 'true', 'false'),
        v.doubleValue IS NOT NULL, toString(v.doubleValue),
        ''
    )) AS as_text,
    CAST(
        (
            segment.resource.attributes.key,
            arrayMap(v -> assumeNotNull(as_text(v)), segment.resource.attributes.value)
        ),
        'Map(LowCardinality(String), String)'
    ) AS resource
SELECT
    fromUnixTimestamp64Nano(timeUnixNano, 'UTC'),
    traceId,
    spanId,
    toUInt8(flags),
    severityNumber,
    resource['service.name'],
    body.stringValue,
    segment.schemaUrl,
    resource,
    segment.scope.name,
    segment.scope.version,
    CAST(
        (attributes.key, arrayMap(v -> assumeNotNull(as_text(v)), attributes.value)),
        'Map(LowCardinality(String), String)'
    ),
    eventName
FROM file({path:String}, 'JSONEachRow',
    'timeUnixNano Int64,
     traceId String,
     spanId String,
     flags UInt32,
     severityNumber UInt8,
     eventName String,
     body Tuple(stringValue String),
     attributes Array(Tuple(key String, value Tuple(
        stringValue Nullable(String), intValue Nullable(String), boolValue Nullable(Bool), doubleValue Nullable(Float64)
     ))),
     segment Tuple(
        resource Tuple(attributes Array(Tuple(key String, value Tuple(
            stringValue Nullable(String), intValue Nullable(String), boolValue Nullable(Bool), doubleValue Nullable(Float64)
        )))),
        scope Tuple(name String, version String),
        schemaUrl String
     )'
)
