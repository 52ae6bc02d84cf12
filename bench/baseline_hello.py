"""A bare Flask hello, for the same gunicorn and the same worker class: what nothing costs."""

from flask import Flask, Response, jsonify

app = Flask("hello", static_folder=None)


@app.get("/")
def hello() -> Response:
    """The least that an API can say."""
    return jsonify(hello="world")
