/*
 * Faults of a disk, for a process started with this library in LD_PRELOAD.
 *
 * Every call that changes something below TORTURE_FOLDER is counted (writes, truncations, flushes, opens for writing, renames, removals).
 * At the TORTURE_AT-th one the fault TORTURE_FAULT happens:
 *
 *   count      none; TORTURE_COUNT (a file) gets the number of calls when the process ends
 *   kill       SIGKILL before the call           torn       half of the write, then SIGKILL
 *   short      half of the write is taken (a legal answer; the rest must be written again)
 *   eio, enospc, eacces  this call and the TORTURE_LENGTH - 1 after it fail
 *   erofs      from here on nothing can be opened for writing, made, renamed or removed
 *   powercut   SIGKILL, and of all writes not yet flushed each is kept, lost or torn at 512 bytes, as TORTURE_SEED says
 *
 *   record     none; TORTURE_TRACE (a file) gets every change with its bytes, and what the process said on its standard output
 *
 * A process that goes through many faults sets them itself, by opening CONTROL?FAULT?AT, which always fails: calls are counted from
 * there. The kinds of the calls counted since then are in the file TORTURE_KINDS, one letter each.
 *
 * Built and used by test/torture; Linux with glibc.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096
#define CONTROL "/torture-control"

static char folder[PATH_MAX];
static size_t folder_length;
static char fault[32];
static long at_call, length = 1, calls;
static int kinds_fd = -1, trace_fd = -1;
static unsigned long seed;
static char tracked[FDS];
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

/* One write that may not have reached the disk: what was there, and what came. */
struct entry {
  dev_t dev;
  ino_t ino;
  int fd; /* a duplicate, so that it works after the file was closed */
  off_t offset, old_size;
  size_t size, old_length;
  char *data, *old;
  struct entry *next, *previous;
};
static struct entry *first, *last;

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("TORTURE_FOLDER");
  if (path == NULL) return;
  snprintf(folder, sizeof folder, "%s", path);
  folder_length = strlen(folder);
  if (getenv("TORTURE_FAULT") != NULL) snprintf(fault, sizeof fault, "%s", getenv("TORTURE_FAULT"));
  if (getenv("TORTURE_AT") != NULL) at_call = atol(getenv("TORTURE_AT"));
  if (getenv("TORTURE_LENGTH") != NULL) length = atol(getenv("TORTURE_LENGTH"));
  if (getenv("TORTURE_SEED") != NULL) seed = strtoul(getenv("TORTURE_SEED"), NULL, 10) * 2654435761UL + 1;
  if (getenv("TORTURE_KINDS") != NULL) kinds_fd = REAL(open)(getenv("TORTURE_KINDS"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (getenv("TORTURE_TRACE") != NULL) trace_fd = REAL(open)(getenv("TORTURE_TRACE"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
}

/* CONTROL?eio?17: from here on counted from 1, and this fault at the 17th call. */
static void control(const char *text) {
  pthread_mutex_lock(&lock);
  calls = 0;
  at_call = 0;
  fault[0] = 0;
  sscanf(text + strlen(CONTROL), "?%31[a-z]?%ld", fault, &at_call);
  if (kinds_fd >= 0 && ftruncate(kinds_fd, 0) == 0) lseek(kinds_fd, 0, SEEK_SET);
  pthread_mutex_unlock(&lock);
}

__attribute__((destructor)) static void end(void) {
  const char *path = getenv("TORTURE_COUNT");
  if (strcmp(fault, "count") != 0 || path == NULL) return;
  char text[32];
  int n = snprintf(text, sizeof text, "%ld", calls);
  int fd = REAL(open)(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd >= 0 && REAL(write)(fd, text, (size_t)n) == n) REAL(close)(fd);
}

static int is(const char *name) { return strcmp(fault, name) == 0; }
static int inside(const char *path) {
  return folder_length > 0 && path != NULL && strncmp(path, folder, folder_length) == 0;
}
static int watched(int fd) { return fd >= 0 && fd < FDS && tracked[fd]; }

static unsigned long next_random(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}

/* Puts the files into a state that a power cut could leave: back to what was flushed, then some of the rest again, in order. */
static void lose_power(void) {
  for (struct entry *e = last; e != NULL; e = e->previous) {
    if (e->old_length > 0 && REAL(pwrite)(e->fd, e->old, e->old_length, e->offset) < 0) continue;
    if (REAL(ftruncate)(e->fd, e->old_size) < 0) continue;
  }
  for (struct entry *e = first; e != NULL; e = e->next) {
    unsigned long fate = next_random() % 3;
    size_t kept = fate == 0 ? 0 : fate == 1 ? e->size : (next_random() % (e->size + 1)) / 512 * 512;
    if (kept > 0 && REAL(pwrite)(e->fd, e->data, kept, e->offset) < 0) continue;
  }
}

static void journal(int fd, const char *data, size_t size, off_t offset) {
  struct stat st;
  struct entry *e = calloc(1, sizeof *e);
  if (e == NULL || fstat(fd, &st) != 0) return;
  e->dev = st.st_dev;
  e->ino = st.st_ino;
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  e->fd = REAL(open)(path, O_RDWR);
  if (e->fd < 0) e->fd = dup(fd);
  e->offset = offset;
  e->old_size = st.st_size;
  e->size = size;
  e->data = malloc(size + 1);
  e->old = malloc(size + 1);
  memcpy(e->data, data, size);
  ssize_t got = pread(e->fd, e->old, size, offset);
  e->old_length = got > 0 ? (size_t)got : 0;
  e->previous = last;
  if (last != NULL) last->next = e;
  else first = e;
  last = e;
}

static void flushed(int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0) return;
  for (struct entry *e = first, *next; e != NULL; e = next) {
    next = e->next;
    if (e->dev != st.st_dev || e->ino != st.st_ino) continue;
    if (e->previous != NULL) e->previous->next = e->next;
    else first = e->next;
    if (e->next != NULL) e->next->previous = e->previous;
    else last = e->previous;
    REAL(close)(e->fd);
    free(e->data);
    free(e->old);
    free(e);
  }
}

static void put_trace(const char *data, size_t size) {
  while (size > 0) {
    ssize_t n = REAL(write)(trace_fd, data, size);
    if (n <= 0) abort();
    data += n;
    size -= (size_t)n;
  }
}

/* One line a change; the bytes of a write follow it. Files are named by inode: they keep it when they are renamed. */
static void trace(char what, unsigned long ino, long offset, size_t size, const char *a, const char *b) {
  char line[2 * PATH_MAX + 128];
  int n = snprintf(line, sizeof line, "%c\t%lu\t%ld\t%zu\t%s\t%s\n", what, ino, offset, size, a, b);
  put_trace(line, (size_t)n);
}
static unsigned long inode(int fd) {
  struct stat st;
  return fstat(fd, &st) == 0 ? (unsigned long)st.st_ino : 0;
}

/* 0: go on; 1: take half; an errno otherwise. `opens`: the call needs a writable file system, not only a writable file. */
static int next_call(int opens, char kind) {
  long call = ++calls;
  if (kinds_fd >= 0 && REAL(write)(kinds_fd, &kind, 1) != 1) abort();
  if (call < at_call || at_call == 0) return 0;
  if (is("erofs")) return opens ? EROFS : 0;
  if (is("eio") || is("enospc") || is("eacces")) {
    return call >= at_call + length ? 0 : is("eio") ? EIO : is("enospc") ? ENOSPC : EACCES;
  }
  if (call > at_call) return 0;
  if (is("kill")) raise(SIGKILL);
  if (is("powercut")) {
    lose_power();
    raise(SIGKILL);
  }
  return is("short") || is("torn") ? 1 : 0;
}

static ssize_t put(int fd, const struct iovec *parts, int count, off_t offset) {
  pthread_mutex_lock(&lock);
  size_t size = 0;
  for (int i = 0; i < count; i++) size += parts[i].iov_len;
  char *all = malloc(size + 1);
  size = 0;
  for (int i = 0; i < count; i++) {
    memcpy(all + size, parts[i].iov_base, parts[i].iov_len);
    size += parts[i].iov_len;
  }
  int answer = next_call(0, 'w');
  ssize_t done = -1;
  int code = answer;
  if (answer <= 1) {
    size_t wanted = answer == 1 && size > 1 ? size / 2 : size;
    off_t at = offset >= 0 ? offset : lseek(fd, 0, (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? SEEK_END : SEEK_CUR);
    if (is("powercut")) journal(fd, all, wanted, at);
    done = offset >= 0 ? REAL(pwrite)(fd, all, wanted, offset) : REAL(write)(fd, all, wanted);
    code = errno;
    if (answer == 1 && is("torn")) raise(SIGKILL);
    if (trace_fd >= 0 && done > 0) {
      trace('W', inode(fd), at, (size_t)done, "", "");
      put_trace(all, (size_t)done);
    }
  }
  free(all);
  pthread_mutex_unlock(&lock);
  errno = code;
  return done;
}

ssize_t write(int fd, const void *data, size_t size) {
  if (fd == 1 && trace_fd >= 0) {
    pthread_mutex_lock(&lock);
    trace('A', 0, 0, size, "", "");
    put_trace(data, size);
    pthread_mutex_unlock(&lock);
  }
  if (!watched(fd)) return REAL(write)(fd, data, size);
  struct iovec part = {(void *)data, size};
  return put(fd, &part, 1, -1);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  if (!watched(fd)) return REAL(pwrite)(fd, data, size, offset);
  struct iovec part = {(void *)data, size};
  return put(fd, &part, 1, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) { return pwrite(fd, data, size, offset); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  return watched(fd) ? put(fd, parts, count, -1) : REAL(writev)(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return watched(fd) ? put(fd, parts, count, offset) : REAL(pwritev)(fd, parts, count, offset);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  return pwritev(fd, parts, count, offset);
}

/* Copies of whole files come as writes: the kernel's shortcut is answered with "not here". */
long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a[6];
  for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
  va_end(rest);
  /* So does libuv close files; the number is soon another's, an eventfd's perhaps. */
  if (number == SYS_close && a[0] >= 0 && a[0] < FDS) tracked[a[0]] = 0;
  if (number == SYS_copy_file_range && watched((int)a[2])) {
    errno = ENOSYS;
    return -1;
  }
  return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
  if (!watched(out)) return REAL(sendfile)(out, in, offset, count);
  char part[65536];
  size_t wanted = count < sizeof part ? count : sizeof part;
  ssize_t got = offset == NULL ? read(in, part, wanted) : pread(in, part, wanted, *offset);
  if (got <= 0) return got;
  ssize_t done = write(out, part, (size_t)got);
  if (offset != NULL && done > 0) *offset += done;
  return done;
}
ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) { return sendfile(out, in, offset, count); }

/*
 * A call that may fail: `watch` says whether it is one of ours, `kind` is w, f or o, `call` does it, `then` follows its success.
 * The lock is held throughout, so that the order of the trace is the order of the changes.
 */
#define CALL(watch, opens, kind, call, then)       \
  if (!(watch)) return call;                       \
  pthread_mutex_lock(&lock);                       \
  int answer = next_call(opens, kind);             \
  if (answer == 1 && is("torn")) raise(SIGKILL);   \
  int result = -1, code = answer;                  \
  if (answer <= 1) {                               \
    result = call;                                 \
    code = errno;                                  \
    if (result == 0) {                             \
      then;                                        \
    }                                              \
  }                                                \
  pthread_mutex_unlock(&lock);                     \
  errno = code;                                    \
  return result;

static void synced(int fd) {
  struct stat st;
  flushed(fd);
  if (trace_fd >= 0 && fstat(fd, &st) == 0) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    path[n > 0 ? n : 0] = 0;
    trace(S_ISDIR(st.st_mode) ? 'D' : 'F', (unsigned long)st.st_ino, 0, 0, path, "");
  }
}
static void changed(char what, const char *a, const char *b) {
  if (trace_fd >= 0) trace(what, 0, 0, 0, a, b);
}
static void cut(int fd, off_t size) {
  /* A truncation is taken as done at once: what was written before it to the same file no longer counts as waiting. */
  flushed(fd);
  if (trace_fd >= 0) trace('T', inode(fd), size, 0, "", "");
}

int fsync(int fd) { CALL(watched(fd), 0, 'f', REAL(fsync)(fd), synced(fd)) }
int fdatasync(int fd) { CALL(watched(fd), 0, 'f', REAL(fdatasync)(fd), synced(fd)) }
int ftruncate(int fd, off_t size) { CALL(watched(fd), 0, 'w', REAL(ftruncate)(fd, size), cut(fd, size)) }
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }
int rename(const char *from, const char *to) {
  CALL(inside(from) || inside(to), 1, 'o', REAL(rename)(from, to), changed('R', from, to))
}
int unlink(const char *path) { CALL(inside(path), 1, 'o', REAL(unlink)(path), changed('U', path, "")) }
int rmdir(const char *path) { CALL(inside(path), 1, 'o', REAL(rmdir)(path), changed('U', path, "")) }
int remove(const char *path) { CALL(inside(path), 1, 'o', REAL(remove)(path), changed('U', path, "")) }
int mkdir(const char *path, mode_t mode) { CALL(inside(path), 1, 'o', REAL(mkdir)(path, mode), changed('M', path, "")) }
int link(const char *from, const char *to) { CALL(inside(to), 1, 'o', REAL(link)(from, to), changed('L', from, to)) }

/* Removing a tree names its parts from the folder that holds them. */
int unlinkat(int folder_fd, const char *name, int flags) {
  char path[2 * PATH_MAX], link[64];
  snprintf(path, sizeof path, "%s", name);
  if (name[0] != '/' && folder_fd >= 0) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder_fd);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    if (n > 0) snprintf(path + n, sizeof path - (size_t)n, "/%s", name);
  }
  CALL(inside(path), 1, 'o', REAL(unlinkat)(folder_fd, name, flags), changed('U', path, ""))
}

static int is_write(int flags) { return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0; }

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (strncmp(path, CONTROL, strlen(CONTROL)) == 0) {
    control(path);
    errno = ENOENT;
    return -1;
  }
  int ours = inside(path);
  if (!ours || !is_write(flags)) {
    int fd = REAL(open)(path, flags, mode);
    if (fd >= 0 && fd < FDS) tracked[fd] = (char)ours;
    return fd;
  }
  pthread_mutex_lock(&lock);
  int answer = next_call(1, 'o');
  if (answer == 1 && is("torn")) raise(SIGKILL);
  int fd = -1, code = answer;
  if (answer <= 1) {
    int existed = access(path, F_OK) == 0;
    fd = REAL(open)(path, flags, mode);
    code = errno;
    if (fd >= 0 && fd < FDS) tracked[fd] = 1;
    if (fd >= 0 && trace_fd >= 0) {
      trace(existed ? 'O' : 'C', inode(fd), 0, 0, path, "");
      if (existed && (flags & O_TRUNC) != 0) trace('T', inode(fd), 0, 0, "", "");
    }
  }
  pthread_mutex_unlock(&lock);
  errno = code;
  return fd;
}
int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open(path, flags | O_LARGEFILE, mode);
}
int close(int fd) {
  if (fd >= 0 && fd < FDS) tracked[fd] = 0;
  return REAL(close)(fd);
}
