#include <string.h>

#include "shortlist_text.h"

/// Where the parser stands. After an error `failed` is set and `position` is where it is.
typedef struct cursor {
  uint8_t *bytes;
  size_t position;
  size_t end;
  bool failed;
} cursor;

static void skip_space(cursor *c) {
  while (c->position < c->end) {
    uint8_t byte = c->bytes[c->position];
    if (byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n') return;
    c->position++;
  }
}

/// Takes one byte, or fails.
static bool take(cursor *c, uint8_t byte) {
  if (c->position < c->end && c->bytes[c->position] == byte) {
    c->position++;
    return true;
  }
  c->failed = true;
  return false;
}

static bool peek(const cursor *c, uint8_t byte) {
  return c->position < c->end && c->bytes[c->position] == byte;
}

static bool is_digit(const cursor *c) {
  return c->position < c->end && (uint8_t)(c->bytes[c->position] - '0') < 10;
}

static uint32_t hexadecimal(cursor *c) {
  uint32_t value = 0;
  for (int k = 0; k < 4; k++) {
    uint8_t byte = c->position < c->end ? c->bytes[c->position] : 0;
    uint8_t letter = byte | 0x20;
    if (byte >= '0' && byte <= '9') {
      value = value * 16 + (byte - '0');
    } else if (letter >= 'a' && letter <= 'f') {
      value = value * 16 + (letter - 'a' + 10);
    } else {
      c->failed = true;
      return 0;
    }
    c->position++;
  }
  return value;
}

static size_t write_utf8(uint8_t *to, uint32_t scalar) {
  if (scalar < 0x80) {
    to[0] = (uint8_t)scalar;
    return 1;
  }
  if (scalar < 0x800) {
    to[0] = (uint8_t)(0xc0 | scalar >> 6);
    to[1] = (uint8_t)(0x80 | (scalar & 0x3f));
    return 2;
  }
  if (scalar < 0x10000) {
    to[0] = (uint8_t)(0xe0 | scalar >> 12);
    to[1] = (uint8_t)(0x80 | (scalar >> 6 & 0x3f));
    to[2] = (uint8_t)(0x80 | (scalar & 0x3f));
    return 3;
  }
  to[0] = (uint8_t)(0xf0 | scalar >> 18);
  to[1] = (uint8_t)(0x80 | (scalar >> 12 & 0x3f));
  to[2] = (uint8_t)(0x80 | (scalar >> 6 & 0x3f));
  to[3] = (uint8_t)(0x80 | (scalar & 0x3f));
  return 4;
}

/// Reads the escape after a backslash and writes what it stands for, which is never longer; the
/// number of bytes written.
static size_t unescape(cursor *c, uint8_t *to) {
  uint8_t kind = c->position < c->end ? c->bytes[c->position++] : 0;
  switch (kind) {
    case '"': case '\\': case '/': to[0] = kind; return 1;
    case 'b': to[0] = '\b'; return 1;
    case 'f': to[0] = '\f'; return 1;
    case 'n': to[0] = '\n'; return 1;
    case 'r': to[0] = '\r'; return 1;
    case 't': to[0] = '\t'; return 1;
    case 'u': break;
    default: c->failed = true; return 0;
  }
  uint32_t scalar = hexadecimal(c);
  if (scalar >= 0xd800 && scalar < 0xdc00) {
    if (!take(c, '\\') || !take(c, 'u')) return 0;
    uint32_t low = hexadecimal(c);
    if (low < 0xdc00 || low > 0xdfff) c->failed = true;
    scalar = 0x10000 + ((scalar - 0xd800) << 10) + (low - 0xdc00);
  } else if (scalar >= 0xdc00 && scalar < 0xe000) {
    c->failed = true;
  }
  return c->failed ? 0 : write_utf8(to, scalar);
}

static sl_text_field string(cursor *c, bool in_place) {
  sl_text_field field = {0, 0};
  if (!take(c, '"')) return field;
  size_t begin = c->position, to = begin;
  while (c->position < c->end) {
    uint8_t byte = c->bytes[c->position];
    if (byte == '"') {
      c->position++;
      return (sl_text_field){(uint32_t)begin, (uint32_t)(to - begin)};
    }
    if (byte < 0x20) break;
    c->position++;
    if (byte == '\\') {
      uint8_t scratch[4];
      to += unescape(c, in_place ? c->bytes + to : scratch);
      if (c->failed) return field;
    } else {
      if (in_place) c->bytes[to] = byte;
      to++;
    }
  }
  c->failed = true;
  return field;
}

static void number(cursor *c) {
  if (peek(c, '-')) c->position++;
  if (!is_digit(c)) c->failed = true;
  if (peek(c, '0')) {
    c->position++;
  } else {
    while (is_digit(c)) c->position++;
  }
  if (peek(c, '.')) {
    c->position++;
    if (!is_digit(c)) c->failed = true;
    while (is_digit(c)) c->position++;
  }
  if (peek(c, 'e') || peek(c, 'E')) {
    c->position++;
    if (peek(c, '+') || peek(c, '-')) c->position++;
    if (!is_digit(c)) c->failed = true;
    while (is_digit(c)) c->position++;
  }
}

static void word(cursor *c, const char *expected) {
  for (; *expected != 0; expected++)
    if (!take(c, (uint8_t)*expected)) return;
}

static void scalar_value(cursor *c) {
  uint8_t byte = c->position < c->end ? c->bytes[c->position] : 0;
  switch (byte) {
    case '"': string(c, false); break;
    case 't': word(c, "true"); break;
    case 'f': word(c, "false"); break;
    case 'n': word(c, "null"); break;
    default: number(c); break;
  }
}

/// Passes over an array or an object without changing a byte; `open` holds one bit for each level,
/// set for an object, so 64 levels are the most.
static void nested(cursor *c) {
  uint64_t open = 0;
  int depth = 0;
  bool expects_value = true;
  do {
    skip_space(c);
    bool in_object = depth > 0 && (open & 1);
    if (expects_value && depth > 0 && in_object) {
      string(c, false);
      skip_space(c);
      if (c->failed || !take(c, ':')) return;
      skip_space(c);
    }
    if (expects_value && (peek(c, '[') || peek(c, '{'))) {
      if (depth == 64) c->failed = true;
      bool object = peek(c, '{');
      c->position++;
      depth++;
      open = open << 1 | object;
      skip_space(c);
      if (!peek(c, object ? '}' : ']')) continue;
      expects_value = false;
    } else if (expects_value) {
      scalar_value(c);
      expects_value = false;
    }
    skip_space(c);
    if (c->failed) return;
    if (peek(c, ',')) {
      c->position++;
      expects_value = true;
    } else if (take(c, (open & 1) ? '}' : ']')) {
      depth--;
      open >>= 1;
    }
  } while (depth > 0 && !c->failed);
}

static sl_json_value value(cursor *c) {
  sl_json_value out = {sl_json_other, {(uint32_t)c->position, 0}};
  uint8_t byte = c->position < c->end ? c->bytes[c->position] : 0;
  if (byte == '"') {
    out.kind = sl_json_string;
    out.field = string(c, true);
    return out;
  }
  if (byte == '[' || byte == '{') {
    if (byte == '[') out.kind = sl_json_array;
    nested(c);
  } else {
    if (byte == 'n') out.kind = sl_json_null;
    if (byte == '-' || (uint8_t)(byte - '0') < 10) out.kind = sl_json_number;
    scalar_value(c);
  }
  out.field.length = (uint32_t)(c->position - out.field.begin);
  return out;
}

size_t sl_text_json_object(uint8_t *bytes, size_t begin, size_t end, const uint8_t *names,
                           const sl_text_field *keys, size_t key_count, sl_json_value *values) {
  cursor c = {bytes, begin, end, false};
  memset(values, 0, key_count * sizeof *values);
  size_t next = 0;  // objects mostly have their keys in one order
  skip_space(&c);
  take(&c, '{');
  skip_space(&c);
  bool empty = peek(&c, '}');
  while (!c.failed && !empty) {
    skip_space(&c);
    sl_text_field key = string(&c, true);
    skip_space(&c);
    if (c.failed || !take(&c, ':')) break;
    skip_space(&c);
    sl_json_value found = value(&c);
    for (size_t tried = 0; tried < key_count; tried++) {
      size_t k = next + tried < key_count ? next + tried : next + tried - key_count;
      if (keys[k].length != key.length) continue;
      if (memcmp(names + keys[k].begin, bytes + key.begin, key.length) != 0) continue;
      values[k] = found;
      next = k + 1 == key_count ? 0 : k + 1;
      break;
    }
    skip_space(&c);
    if (c.failed || !peek(&c, ',')) break;
    c.position++;
  }
  if (!c.failed) take(&c, '}');
  skip_space(&c);
  return c.failed || c.position != end ? c.position : SIZE_MAX;
}

size_t sl_text_json_array(uint8_t *bytes, sl_text_field array, sl_json_value *values,
                          size_t capacity, size_t *count) {
  cursor c = {bytes, array.begin + 1, array.begin + array.length, false};
  *count = 0;
  skip_space(&c);
  if (peek(&c, ']')) return SIZE_MAX;
  while (*count < capacity) {
    skip_space(&c);
    size_t start = c.position;
    sl_json_value found = value(&c);
    if (found.kind != sl_json_string && found.kind != sl_json_number) return start;
    values[(*count)++] = found;
    skip_space(&c);
    if (c.failed) return c.position;
    if (!peek(&c, ',')) break;
    c.position++;
  }
  return SIZE_MAX;
}
