-- A cluster's table over those of its shards, by the first column of their order: rows of one insight, or of one extraction,
-- are on one shard.
CREATE TABLE IF NOT EXISTS /*{table}*/ /*{on_cluster}*/ AS /*{local}*/
ENGINE = Distributed('/*{cluster}*/', '/*{database}*/', '/*{local}*/', cityHash64(/*{key}*/))
