# Installs missing system packages by name, and says why each is needed. Sourced by the other scripts.

# need PACKAGE REASON: on Debian and Ubuntu, installs a package unless it is there.
need() {
  command -v dpkg-query >/dev/null || return 0
  if [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; then return 0; fi
  echo "installing $1: $2" >&2
  local run=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "error: $1 is missing ($2) and cannot be installed without root. Run: apt-get install $1" >&2
      exit 1
    }
    run="sudo"
  fi
  if [ -z "${SHORTLIST_APT_UPDATED:-}" ]; then
    $run apt-get update -qq >&2
    export SHORTLIST_APT_UPDATED=1
  fi
  DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends "$1" >/dev/null
}

# need_swift: checks the toolchain, which no package of Debian brings.
need_swift() {
  command -v swift >/dev/null || {
    echo "error: swift is not there. Install Swift 6.3 or newer from https://www.swift.org/install" >&2
    exit 1
  }
  local version
  version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+\.[0-9]+' | grep -oE '[0-9.]+$')
  if [ "$(printf '6.3\n%s\n' "$version" | sort -V | head -1)" != "6.3" ]; then
    echo "error: this is Swift $version; Shortlist needs 6.3 or newer, from https://www.swift.org/install" >&2
    exit 1
  fi
}

need_build_packages() {
  need_swift
  need zlib1g-dev "reads gzip files and the archives of data sets"
  need libc6-dev "the C library that the kernels are compiled against"
  need libcurl4 "fetches data sets, through Foundation"
  need ca-certificates "checks the sites that data sets are fetched from"
}
