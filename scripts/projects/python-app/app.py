#!/usr/bin/python3
from flask import Flask
app = Flask(__name__)
@app.route("/")
def hello():
    return "hello"
if __name__ == "__main__":
    print(app.test_client().get("/").data.decode())
