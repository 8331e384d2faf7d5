/*
 * Faults of a disk, for a process started with this library in LD_PRELOAD.
 *
 * Every call that changes something below TORTURE_FOLDER is counted (writes, truncations, flushes, opens for writing, renames, removals).
 * At the TORTURE_AT-th one the fault TORTURE_FAULT happens:
 *
 *   count      none; TORTURE_COUNT (a file) gets the number of calls when the process ends
 *   kill       SIGKILL before the call           torn       half of the write, then SIGKILL
 *   short      half of the write is taken (a legal answer; the rest must be written again)
 *   eio, enospc  this call and the TORTURE_LENGTH - 1 after it fail
 *   erofs      from here on nothing can be opened for writing, made, renamed or removed
 *   powercut   SIGKILL, and of all writes not yet flushed each is kept, lost or torn at 512 bytes, as TORTURE_SEED says
 *
 * Built and used by scripts/torture; Linux with glibc.
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
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096

static char folder[PATH_MAX];
static size_t folder_length;
static const char *fault = "";
static long at_call, length = 1, calls;
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
  if (getenv("TORTURE_FAULT") != NULL) fault = getenv("TORTURE_FAULT");
  if (getenv("TORTURE_AT") != NULL) at_call = atol(getenv("TORTURE_AT"));
  if (getenv("TORTURE_LENGTH") != NULL) length = atol(getenv("TORTURE_LENGTH"));
  if (getenv("TORTURE_SEED") != NULL) seed = strtoul(getenv("TORTURE_SEED"), NULL, 10) * 2654435761UL + 1;
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

/* 0: go on; 1: take half; an errno otherwise. `opens`: the call needs a writable file system, not only a writable file. */
static int next_call(int opens) {
  long call = ++calls;
  if (call < at_call || at_call == 0) return 0;
  if (is("erofs")) return opens ? EROFS : 0;
  if (is("eio") || is("enospc")) return call < at_call + length ? (is("eio") ? EIO : ENOSPC) : 0;
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
  int answer = next_call(0);
  ssize_t done = -1;
  int code = answer;
  if (answer <= 1) {
    size_t wanted = answer == 1 && size > 1 ? size / 2 : size;
    off_t at = offset >= 0 ? offset : lseek(fd, 0, SEEK_CUR);
    if (is("powercut")) journal(fd, all, wanted, at);
    done = offset >= 0 ? REAL(pwrite)(fd, all, wanted, offset) : REAL(write)(fd, all, wanted);
    code = errno;
    if (answer == 1 && is("torn")) raise(SIGKILL);
  }
  free(all);
  pthread_mutex_unlock(&lock);
  errno = code;
  return done;
}

ssize_t write(int fd, const void *data, size_t size) {
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

#define FAILS(watch, opens)                     \
  if (watch) {                                  \
    pthread_mutex_lock(&lock);                  \
    int answer = next_call(opens);              \
    if (answer == 1 && is("torn")) raise(SIGKILL); \
    pthread_mutex_unlock(&lock);                \
    if (answer > 1) {                           \
      errno = answer;                           \
      return -1;                                \
    }                                           \
  }

int fsync(int fd) {
  FAILS(watched(fd), 0)
  int result = REAL(fsync)(fd);
  if (result == 0 && watched(fd)) {
    pthread_mutex_lock(&lock);
    flushed(fd);
    pthread_mutex_unlock(&lock);
  }
  return result;
}
int fdatasync(int fd) {
  FAILS(watched(fd), 0)
  int result = REAL(fdatasync)(fd);
  if (result == 0 && watched(fd)) {
    pthread_mutex_lock(&lock);
    flushed(fd);
    pthread_mutex_unlock(&lock);
  }
  return result;
}
int ftruncate(int fd, off_t size) {
  FAILS(watched(fd), 0)
  /* A truncation is taken as done at once: what was written before it to the same file no longer counts as waiting. */
  int result = REAL(ftruncate)(fd, size);
  if (watched(fd)) {
    pthread_mutex_lock(&lock);
    flushed(fd);
    pthread_mutex_unlock(&lock);
  }
  return result;
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }
int rename(const char *from, const char *to) {
  FAILS(inside(from) || inside(to), 1)
  return REAL(rename)(from, to);
}
int unlink(const char *path) {
  FAILS(inside(path), 1)
  return REAL(unlink)(path);
}
int mkdir(const char *path, mode_t mode) {
  FAILS(inside(path), 1)
  return REAL(mkdir)(path, mode);
}
int link(const char *from, const char *to) {
  FAILS(inside(to), 1)
  return REAL(link)(from, to);
}

static int opened(int fd, const char *path) {
  if (fd >= 0 && fd < FDS) tracked[fd] = (char)inside(path);
  return fd;
}
static int is_write(int flags) { return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0; }

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  FAILS(inside(path) && is_write(flags), 1)
  return opened(REAL(open)(path, flags, mode), path);
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
