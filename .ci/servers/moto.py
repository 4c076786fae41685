"""moto, an emulator of AWS: IAM with real signature checks, and three users."""

import datetime
import hashlib
import hmac
import re
import urllib.parse
import urllib.request

from stand import http

NEEDS = ()
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","sts:*"],"Resource":"*"}]}'


def install(stand):
    stand.python("moto")


def start(stand):
    port = stand.port()
    process = stand.spawn("moto", [stand.python("moto") / "moto_server", "-H", "127.0.0.1", "-p", port])
    url = f"http://127.0.0.1:{port}"
    stand.wait("moto", process, lambda: http("GET", f"{url}/moto-api/data.json")[0] == 200, 60)
    # Until the checks begin, anybody may do anything.
    anybody = ("AKIAIOSFODNN7", "none")
    for user in ("keysweep", "ann", "bob"):
        ask(url, anybody, Action="CreateUser", UserName=user)
        ask(url, anybody, Action="PutUserPolicy", UserName=user, PolicyName="all", PolicyDocument=POLICY)
    key, secret = create(url, anybody, "keysweep")
    status, _ = http("POST", f"{url}/moto-api/reset-auth", headers={"Content-Type": "text/plain"}, json_body=0)
    assert status == 200, status
    _, operand = stand.secret("STAND_MOTO", secret)
    stand.env["STAND_MOTO_ID"] = key
    stand.versions["moto"] = version(stand)
    return {"kind": "aws", "url": url, "user": key, "secret": operand}


def version(stand):
    code = "import importlib.metadata as m; print(m.version('moto'))"
    return stand.call("moto", [stand.python("moto") / "python", "-c", code]).strip()


def create(url, who, user):
    """A new key of a user: its id and its secret."""
    _, text = ask(url, who, Action="CreateAccessKey", UserName=user)
    return tuple(re.search(f"<{tag}>(.*?)</{tag}>", text)[1] for tag in ("AccessKeyId", "SecretAccessKey"))


def ask(url, who, service="iam", **fields):
    """A request of AWS's query protocol, signed (Signature Version 4). Gives (status, text)."""
    fields["Version"] = "2010-05-08" if service == "iam" else "2011-06-15"
    body = urllib.parse.urlencode(fields)
    host = urllib.parse.urlsplit(url).netloc
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{now[:8]}/us-east-1/{service}/aws4_request"
    kind = "application/x-www-form-urlencoded"
    canonical = "\n".join(
        ["POST", "/", "", f"content-type:{kind}", f"host:{host}", f"x-amz-date:{now}", "",
         "content-type;host;x-amz-date", hashlib.sha256(body.encode()).hexdigest()])
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{who[1]}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    sign = f"AWS4-HMAC-SHA256 Credential={who[0]}/{scope}, SignedHeaders=content-type;host;x-amz-date, Signature={signature}"
    return http("POST", url + "/", form=fields, headers={"X-Amz-Date": now, "Authorization": sign})


def check(stand, entry):
    url, boss = entry["url"], (entry["user"], stand.env["STAND_MOTO"])
    key = create(url, boss, "ann")
    assert ask(url, key, "sts", Action="GetCallerIdentity")[0] == 200
    wrong = (key[0], key[1][::-1])
    status, text = ask(url, wrong, "sts", Action="GetCallerIdentity")
    assert status == 403 and "SignatureDoesNotMatch" in text, text
    second = create(url, boss, "ann")
    # Two keys, and no third.
    status, text = ask(url, boss, Action="CreateAccessKey", UserName="ann")
    assert status == 409 and "LimitExceeded" in text, text
    assert key[0] in ask(url, boss, Action="ListAccessKeys", UserName="ann")[1]
    for one in (key, second):
        assert ask(url, boss, Action="DeleteAccessKey", UserName="ann", AccessKeyId=one[0])[0] == 200
    status, text = ask(url, key, "sts", Action="GetCallerIdentity")
    assert status == 403 and "InvalidClientTokenId" in text, text
