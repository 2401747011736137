"""Databases, queues, clouds and the standard library, mostly without a server."""

import asyncio
import ftplib
import json
import os
import signal
import smtplib
import socket
import sqlite3
import ssl
import struct
import subprocess
import sys
import xml.parsers.expat
import xmlrpc.client

from library_shapes import (
    Raised,
    acaught,
    base_url,
    capture,
    caught,
    from_record,
    http_attributes,
    source,
    throw,
)


def database(system, code):
    """Return the span attributes of a database call."""
    return {"db.system.name": system, "db.response.status_code": str(code)}


# Databases and queues --------------------------------------------------------------


@source("PyMySQL", "a MySQL error number, on pymysql.err")
def pymysql_errors():
    from pymysql.err import raise_mysql_exception

    for number, state, text in (
        (1020, "HY000", "Record has changed since last read in table 'rooms'"),
        (1021, "HY000", "Disk full (#sql); waiting for someone to free space"),
        (1038, "HY001", "Out of sort memory, consider increasing sort buffer size"),
        (1045, "28000", "Access denied for user 'app'@'10.0.0.7'"),
        (1062, "23000", "Duplicate entry '100004' for key 'rooms.PRIMARY'"),
        (1203, "42000", "User app already has more than 'max_user_connections'"),
        (1205, "HY000", "Lock wait timeout exceeded; try restarting transaction"),
        (1213, "40001", "Deadlock found when trying to get lock"),
    ):
        packet = b"\xff" + struct.pack("<H", number) + f"#{state}{text}".encode()
        error = caught(raise_mysql_exception, packet)
        yield Raised(error, error.args[0], database("mysql", number))
        event = {"event": "db error", "level": "error", "exc_type": type(error)}
        event["exc_type"] = type(error).__module__ + "." + type(error).__name__
        yield event | {"code": error.args[0], "args": list(error.args)}


@source("pymongo", "a MongoDB error number, on pymongo.errors")
def pymongo_errors():
    from pymongo import MongoClient
    from pymongo.helpers_shared import (
        _check_command_response,
        _check_write_command_response,
    )

    duplicate = "E11000 duplicate key error collection: live.rooms index: room_id_1"
    for number, name, text in (
        (50, "MaxTimeMSExpired", "operation exceeded time limit"),
        (112, "WriteConflict", "Write conflict during plan execution"),
        (10107, "NotWritablePrimary", "not primary"),
        (11001, "DuplicateKey", duplicate),
        (11600, "InterruptedAtShutdown", "interrupted at shutdown"),
    ):
        answer = {"ok": 0, "code": number, "codeName": name, "errmsg": text}
        error = caught(_check_command_response, answer, None)
        yield Raised(error, error.details["code"], database("mongodb", number))
    answer = {
        "ok": 1,
        "writeErrors": [{"index": 0, "code": 11000, "errmsg": duplicate}],
    }
    error = caught(_check_write_command_response, answer)
    yield Raised(error, error.code, database("mongodb", 11000))
    event = {"event": "insert failed", "level": "error", "error": str(error)}
    yield event | {"code": error.code, "details": error.details}
    with MongoClient("127.0.0.1", 1, serverSelectionTimeoutMS=50) as client:
        yield Raised(caught(client.admin.command, "ping"))


@source("psycopg", "an SQLSTATE, on psycopg.errors")
def psycopg_errors():
    from psycopg import connect, errors

    for state, text in (
        ("23505", 'duplicate key value violates unique constraint "rooms_pkey"'),
        ("40001", "could not serialize access due to concurrent update"),
        ("53300", "sorry, too many clients already"),
        ("57014", "canceling statement due to statement timeout"),
    ):
        error = caught(throw, errors.lookup(state)(text))
        yield Raised(error, error.sqlstate, database("postgresql", state))
    yield Raised(caught(connect, "host=127.0.0.1 port=1 connect_timeout=1"))


@source("SQLAlchemy", "an id of SQLAlchemy's own error pages, or SQLite's number")
def sqlalchemy_errors():
    from sqlalchemy import create_engine, text

    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("create table room (id integer primary key)"))
        connection.execute(text("insert into room values (100004)"))
        for statement in (
            "insert into room values (100004)",
            "select * from rooms",
            "select :id",
        ):
            error = caught(connection.execute, text(statement))
            yield Raised(error, error.code, database("sqlite", error.code))
            number = getattr(error.orig, "sqlite_errorcode", None)
            yield Raised(error, number, database("sqlite", number))


@source("CPython sqlite3", "an SQLite result code")
def sqlite_errors():
    connection = sqlite3.connect(":memory:")
    connection.execute("create table room (id integer primary key, n integer not null)")
    for statement in ("insert into room values (1, null)", "select * from x"):
        error = caught(connection.execute, statement)
        yield Raised(error, error.sqlite_errorcode)
    connection.close()


@source("redis", "a word that Redis answers with, or an errno")
def redis_errors():
    import redis
    from redis._parsers.base import BaseParser

    for answer in ("NOSCRIPT No matching script", "LOADING Redis is loading"):
        word = answer.split()[0]
        error = caught(throw, BaseParser.parse_error(answer))
        yield Raised(error, word, database("redis", word))
    client = redis.Redis("127.0.0.1", 1, retry=None)
    yield Raised(caught(client.ping), 111)


@source("confluent-kafka", "a Kafka error number, on KafkaException")
def kafka_errors():
    from confluent_kafka import KafkaError, KafkaException

    for number in (-1, 3, 103, 110, KafkaError._ALL_BROKERS_DOWN):
        inner = KafkaError(number)
        error = caught(throw, KafkaException(inner))
        yield Raised(error, inner.code(), {"messaging.system": "kafka"})
        event = {"event": "kafka error", "level": "error", "name": inner.name()}
        yield event | {"code": inner.code(), "message": inner.str()}


# Clouds and APIs -------------------------------------------------------------------


@source("elasticsearch", "an HTTP status, on elasticsearch.ApiError")
def elasticsearch_errors():
    from elasticsearch import Elasticsearch

    for status in (400, 404, 409, 503):
        url = f"{base_url()}/{status}/elastic"
        client = Elasticsearch(url, max_retries=0)
        error = caught(client.get, index="rooms", id="100004")
        yield Raised(error, error.status_code, database("elasticsearch", status))


@source("openai", "an HTTP status, on openai.APIStatusError")
def openai_errors():
    from openai import OpenAI

    for status in (401, 404, 409, 429, 503):
        url = f"{base_url()}/{status}/openai"
        client = OpenAI(api_key="key", base_url=url, max_retries=0)
        error = caught(client.models.list)
        yield Raised(error, error.status_code, http_attributes(status))


@source("stripe", "an HTTP status or a word, on stripe.StripeError")
def stripe_errors():
    import stripe

    for status in (402, 404, 409):
        url = f"{base_url()}/{status}/stripe"
        client = stripe.StripeClient("sk_test_1", base_addresses={"api": url})
        error = caught(client.v1.charges.retrieve, "ch_1")
        yield Raised(error, error.http_status, http_attributes(status))
        yield Raised(error, error.code, http_attributes(status))


@source("twilio", "a Twilio error number, on TwilioRestException")
def twilio_errors():
    from twilio.http.http_client import TwilioHttpClient
    from twilio.http.response import Response
    from twilio.rest import Client

    class Canned(TwilioHttpClient):
        def request(self, *args, **kwargs):
            return Response(status, json.dumps(body))

    for status, number, message in (
        (401, 20102, "Invalid Access Token header"),
        (404, 20404, "The requested resource was not found"),
        (500, 20500, "Internal Server Error"),
        (400, 63005, "Channel did not accept given content"),
        (400, 63007, "Could not find a Channel with the specified From address"),
    ):
        page = f"https://www.twilio.com/docs/errors/{number}"
        body = {"code": number, "message": message, "more_info": page, "status": status}
        client = Client("AC0", "token", http_client=Canned())
        error = caught(client.messages.create, to="+15550100", body="hi")
        yield Raised(error, error.code, http_attributes(status, "POST"))
        yield {"event": "sms failed", "level": "error", "response": body}


@source("boto3", "a word or an HTTP status, on botocore's ClientError")
def boto_errors():
    import boto3
    from botocore.stub import Stubber

    keys = {"aws_access_key_id": "AK", "aws_secret_access_key": "SK"}
    client = boto3.client("s3", region_name="us-east-1", **keys)
    for word, status in (("NoSuchKey", 404), ("SlowDown", 503), ("404", 404)):
        with Stubber(client) as stubber:
            stubber.add_client_error("head_object", word, "no", status)
            error = caught(client.head_object, Bucket="live", Key="100004.mp4")
        yield Raised(error, error.response["Error"]["Code"], http_attributes(status))
        response = {"Error": error.response["Error"], "ResponseMetadata": {}}
        response["ResponseMetadata"]["HTTPStatusCode"] = status
        yield {"event": "s3 failed", "level": "error", "response": response}


@source("grpcio", "a gRPC status, on grpc.RpcError")
def grpc_errors():
    from concurrent.futures import ThreadPoolExecutor

    import grpc

    class Abort(grpc.GenericRpcHandler):
        def service(self, details):
            name = details.method.rpartition("/")[2]
            code = getattr(grpc.StatusCode, name)
            return grpc.unary_unary_rpc_method_handler(
                lambda _request, context: context.abort(code, f"room {name.lower()}")
            )

    server = grpc.server(ThreadPoolExecutor(1), [Abort()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        for name in ("NOT_FOUND", "PERMISSION_DENIED", "UNAVAILABLE", "INTERNAL"):
            error = caught(channel.unary_unary(f"/live.Rooms/{name}"), b"", timeout=5)
            number = error.code().value[0]
            yield Raised(error, number, {"rpc.grpc.status_code": number})
            event = {
                "event": "rpc failed",
                "level": "error",
                "details": error.details(),
            }
            yield event | {"code": name, "rpc.system": "grpc"}
    server.stop(None)
    empty = grpc.aio.Metadata()
    aio = grpc.aio.AioRpcError(
        grpc.StatusCode.UNAUTHENTICATED, empty, empty, "no token"
    )
    yield Raised(caught(throw, aio), aio.code().value[0], {"rpc.system": "grpc"})


@source("paramiko", "an SSH channel or SFTP status")
def paramiko_errors():
    import paramiko

    for number, text in ((1, "Administratively prohibited"), (2, "Connect failed")):
        error = caught(throw, paramiko.ChannelException(number, text))
        yield Raised(error, error.code)
    status = paramiko.Message()
    status.add_int(2)
    status.add_string("No such file")
    status.rewind()
    error = caught(paramiko.SFTPClient._convert_status, None, status)
    yield Raised(error, error.errno)


# The standard library --------------------------------------------------------------


@source("CPython os", "an errno, on OSError")
def os_errors():
    for number in (2, 13, 28, 101, 103, 104, 105, 107, 110, 111):
        error = caught(throw, OSError(number, os.strerror(number)))
        yield Raised(error, error.errno)


@source("CPython socket", "a resolver or TLS error number")
def socket_errors():
    numeric = {"flags": socket.AI_NUMERICHOST}
    error = caught(socket.getaddrinfo, "not-a-number", 443, **numeric)
    yield Raised(error, error.errno)
    for number, text in ((-3, "Temporary failure in name resolution"),):
        yield Raised(caught(throw, socket.gaierror(number, text)), number)
    host = base_url().split("/")[2].split(":")
    context = ssl.create_default_context()
    with socket.create_connection((host[0], int(host[1]))) as plain:
        error = caught(context.wrap_socket, plain, server_hostname="localhost")
    yield Raised(error, error.errno)


@source("CPython subprocess and sys", "an exit status or a signal number")
def process_errors():
    for status in (1, 2, 102):
        command = [sys.executable, "-c", f"raise SystemExit({status})"]
        error = caught(subprocess.run, command, check=True)
        error.cmd = ["python", "job.py"]
        yield Raised(error, error.returncode)
        event = {"event": "worker exited", "level": "error", "cmd": "python job.py"}
        yield event | {"exit_code": error.returncode, "code": error.returncode}
    killed = subprocess.CalledProcessError(-signal.SIGKILL, ["python", "job.py"])
    yield Raised(caught(throw, killed), killed.returncode)
    for status in (1, 3, 100):
        yield Raised(caught(sys.exit, status), status)


@source("CPython xmlrpc", "an HTTP status or an XML-RPC fault number")
def xmlrpc_errors():
    for status in (403, 404, 503):
        proxy = xmlrpc.client.ServerProxy(f"{base_url()}/{status}")
        error = caught(proxy.rooms)
        yield Raised(error, error.errcode, http_attributes(status, "POST"))
    fault = xmlrpc.client.Fault(1, "unknown method rooms")
    yield Raised(caught(throw, fault), fault.faultCode)


@source("CPython smtplib and ftplib", "an SMTP or FTP reply code")
def mail_errors():
    for number, text in ((421, b"Service not available"), (535, b"Bad credentials")):
        error = caught(throw, smtplib.SMTPAuthenticationError(number, text))
        yield Raised(error, error.smtp_code)
    for reply in ("500 Syntax error", "530 Not logged in", "550 No such file"):
        error = caught(throw, ftplib.error_perm(reply))  # noqa: S321
        yield Raised(error, int(reply[:3]))


@source("CPython xml", "an expat error number")
def xml_errors():
    parser = xml.parsers.expat.ParserCreate()
    error = caught(parser.Parse, "<room><id></room>", True)
    yield Raised(error, error.code)


@source("CPython asyncio", "asyncio errors carry no number")
def asyncio_errors():
    async def run():
        reader = asyncio.StreamReader()
        reader.feed_data(b"100004")
        reader.feed_eof()
        yield Raised(await acaught(asyncio.wait_for(asyncio.sleep(1), 0.01)))
        yield Raised(await acaught(reader.readexactly(16)))
        future = asyncio.get_running_loop().create_future()
        future.set_exception(OSError(104, os.strerror(104)))
        with capture("asyncio") as (_, records):
            asyncio.get_running_loop().call_exception_handler(
                {"message": "Task exception was never retrieved", "future": future}
                | {"exception": future.exception()}
            )
        yield from_record(records[0]) | {"code": 104}

    async def collect():
        return [found async for found in run()]

    return asyncio.run(collect())
