-- Nessie keeps its catalog in a database of its own.
CREATE DATABASE nessie;
