#!/usr/bin/env bash
# Recommendations over HTTP beside nginx with a fixed body of the same size: one core for the server, one for wrk.
#
#   Benchmarks/http/run.sh FOLDER MODEL [PAIRS]      FOLDER of artefacts whose users are called 1 to 943
#
# Prints requests a second, processor time a request (what the machine's other work hardly touches), and the 99 % at half of
# the highest load.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/packages.sh
need nginx "answers with a fixed body"
need wrk "sends requests"
need python3 "reads what wrk prints"
folder=$1 model=$2 pairs=${3:-3}
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

taskset -c 0 .build/release/shortlist serve "$folder" --port 0 --no-grpc --threads 1 >"$work/out" 2>"$work/log" &
server=$!
until port=$(grep -o 'http://[^ ,]*' "$work/out" | grep -o '[0-9]*$'); do sleep 0.1; done
size=$(curl -s -d '{"user_id": "42", "k": 10}' "localhost:$port/v1/models/$model:recommend" | wc -c)
body=$(printf 'x%.0s' $(seq "$size"))
cat >"$work/nginx.conf" <<EOF
worker_processes 1; daemon off; pid $work/pid; error_log $work/nginx.log;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 100000000; server { listen 127.0.0.1:9402; location / {
  default_type application/json; return 200 "$body"; } } }
EOF
taskset -c 0 nginx -c "$work/nginx.conf" &
cat >"$work/recommend.lua" <<EOF
local bodies, n = {}, 0
init = function()
  for i = 1, 943 do
    bodies[i] = wrk.format("POST", "/v1/models/$model:recommend", {["Content-Type"] = "application/json"},
      string.format('{"user_id": "%d", "k": 10}', i))
  end
end
request = function() n = n % 943 + 1; return bodies[n] end
EOF
sleep 1
echo "a response has a body of $size bytes"
python3 Benchmarks/http/compare.py "$pairs" "$server" "$port" "$(cat "$work/pid")" 9402 "$work/recommend.lua"
