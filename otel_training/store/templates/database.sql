-- The database of a store, in the script that makes one.
CREATE DATABASE IF NOT EXISTS /*{database}*/ /*{on_cluster}*/
