// A CouchDB-like server on LevelDB: node server.js PORT DIRECTORY
const express = require("express");
const expressPouchDB = require("express-pouchdb");
const PouchDB = require("pouchdb");

const [port, directory] = process.argv.slice(2);
const Databases = PouchDB.defaults({ prefix: `${directory}/` });
const options = { mode: "minimumForPouchDB", inMemoryConfig: true, logPath: `${directory}/log.txt` };

express().use("/", expressPouchDB(Databases, options)).listen(Number(port), "127.0.0.1");
