"""Runs wrk on the server and on nginx, one after the other, several times.

python compare.py PAIRS SERVER_PID SERVER_PORT NGINX_PID NGINX_PORT LUA
"""
import os
import re
import subprocess
import sys
import time

pairs, server, port, nginx, nginx_port, lua = sys.argv[1:]


def processor_time(pid):
    children = subprocess.run(["pgrep", "-P", pid], capture_output=True, text=True).stdout.split()
    ticks = 0
    for process in [pid, *children]:
        with open(f"/proc/{process}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def wrk(pid, port, script, connections=64, seconds=4):
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    before = processor_time(pid)
    output = subprocess.run(
        command + (["-s", script] if script else []) + [f"http://127.0.0.1:{port}/"],
        capture_output=True, text=True, check=True).stdout
    used = processor_time(pid) - before
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(output)
    requests = int(re.search(r"(\d+) requests in", output)[1])
    return (
        float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), 1e6 * used / requests,
        re.search(r"99%\s+(\S+)", output)[1])


def median(values):
    return sorted(values)[len(values) // 2]


rates, costs = [], []
for _ in range(int(pairs)):
    fixed, ours = wrk(nginx, nginx_port, None), wrk(server, port, lua)
    print(
        f"nginx {fixed[0]:9,.0f} a second, {fixed[1]:5.2f} us of the processor; "
        f"recommend {ours[0]:9,.0f} a second, {ours[1]:5.2f} us, 99 % {ours[2]}")
    rates.append(ours[0] / fixed[0])
    costs.append(fixed[1] / ours[1])
print(f"share of nginx, median: {median(rates):.0%} of the requests a second, {median(costs):.0%} by processor time")
highest = median([wrk(server, port, lua, seconds=2)[0] for _ in range(3)])
# A few connections, one request at a time each, come to about half of the highest load.
best = None
for connections in range(1, 17):
    rate, _, slowest = wrk(server, port, lua, connections, 2)
    if best is None or abs(rate - highest / 2) < abs(best[0] - highest / 2):
        best = (rate, connections, slowest)
    if rate > highest * 0.6:
        break
print(f"at {best[0]:,.0f} a second ({best[0] / highest:.0%} of the highest, {best[1]} connections): 99 % {best[2]}")
