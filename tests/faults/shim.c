/* Preloaded into the processes of a site, between it and the system: a machine with bad luck.
 *
 *   FAULTS_FOLDER   the data directory; no other file is touched
 *   FAULTS_CONTROL  a file that the test writes and every process maps: see struct control
 *   FAULTS_SHADOW   if set, a folder that holds what a power cut would leave of the database: a
 *                   write gets there when its file is flushed, by whichever process, and not before
 *   FAULTS_SOME     if set, about half of the writes get there at once: a disk may do that too
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct control {
  int64_t full;   /* no file in the folder grows any more */
  int64_t ahead;  /* seconds by which the wall clock is wrong */
};

static struct control quiet;
static volatile struct control *control = &quiet;
static const char *folder, *shadow;
static int some;

/* What was written and not flushed yet, of each file. A flush is for a file and not for a process:
 * a checkpoint that one process begins may be ended, and flushed, by another. So all of them see
 * the same ranges. The lock that parts the processes is given back by the system when one is killed.
 */
#define MOST 8
struct range { char name[64]; int64_t from, to; };
static struct range *dirty;
static int dirty_file = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void share_ranges(void) {
  char path[4096];
  void *map;
  snprintf(path, sizeof path, "%s/ranges", shadow);
  dirty_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (dirty_file < 0 || ftruncate(dirty_file, MOST * sizeof(struct range))) abort();
  map = mmap(NULL, MOST * sizeof(struct range), PROT_READ | PROT_WRITE, MAP_SHARED, dirty_file, 0);
  if (map == MAP_FAILED) abort();
  dirty = map;
}

/* Between threads the mutex, between processes the file's lock: each does not see the other kind. */
static void lock_ranges(void) {
  struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  pthread_mutex_lock(&mutex);
  while (fcntl(dirty_file, F_SETLKW, &all)) if (errno != EINTR) abort();
}

static void unlock_ranges(void) {
  struct flock all = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  fcntl(dirty_file, F_SETLK, &all);
  pthread_mutex_unlock(&mutex);
}

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULTS_CONTROL");
  folder = getenv("FAULTS_FOLDER");
  shadow = getenv("FAULTS_SHADOW");
  some = getenv("FAULTS_SOME") != NULL;
  if (shadow) share_ranges();
  srand((unsigned)getpid());
  if (path) {
    int fd = open(path, O_RDONLY);
    if (fd >= 0) {
      void *map = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, fd, 0);
      if (map != MAP_FAILED) control = map;
      close(fd);
    }
  }
}

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

/* The name within the folder of the file behind a descriptor, or NULL. */
static const char *ours(int fd, char *path, size_t size) {
  char link[40];
  size_t length;
  ssize_t got;
  if (!folder) return NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  got = readlink(link, path, size - 1);
  if (got <= 0) return NULL;
  path[got] = 0;
  length = strlen(folder);
  if (strncmp(path, folder, length) || path[length] != '/') return NULL;
  return path + length + 1;
}

static int is_database(const char *name) {
  return !strcmp(name, "lms.sqlite") || !strcmp(name, "lms.sqlite-wal") ||
         !strcmp(name, "lms.sqlite-journal");
}

/* What is written to the real file from one place to another, carried over to the shadow. */
static void carry(int fd, const char *name, off_t from, off_t to) {
  char path[4096], block[65536];
  snprintf(path, sizeof path, "%s/%s", shadow, name);
  int out = (int)syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (out < 0) return;
  while (from < to) {
    size_t want = to - from < (off_t)sizeof block ? (size_t)(to - from) : sizeof block;
    ssize_t got = pread(fd, block, want, from);
    if (got <= 0) break;
    if (syscall(SYS_pwrite64, out, block, got, from) != got) break;
    from += got;
  }
  syscall(SYS_close, out);
}

static void wrote(int fd, const char *name, off_t at, ssize_t count) {
  if (!shadow || count <= 0 || !is_database(name)) return;
  lock_ranges();
  for (int i = 0; i < MOST; i++) {
    struct range *each = &dirty[i];
    if (!each->name[0]) {
      snprintf(each->name, sizeof each->name, "%s", name);
      each->from = at;
      each->to = at;
    }
    if (!strcmp(each->name, name)) {
      if (each->from == each->to) { each->from = at; each->to = at; }
      if (at < each->from) each->from = at;
      if (at + count > each->to) each->to = at + count;
      break;
    }
  }
  if (some && (rand() & 1)) carry(fd, name, at, at + count);
  unlock_ranges();
}

static void flushed(int fd) {
  char path[4096];
  const char *name;
  struct stat now;
  if (!shadow || !(name = ours(fd, path, sizeof path)) || !is_database(name)) return;
  lock_ranges();
  for (int i = 0; i < MOST && dirty[i].name[0]; i++)
    if (!strcmp(dirty[i].name, name)) {
      carry(fd, name, dirty[i].from, dirty[i].to);
      dirty[i].from = dirty[i].to = 0;
    }
  if (!fstat(fd, &now)) {
    char copy[4096];
    snprintf(copy, sizeof copy, "%s/%s", shadow, name);
    if (truncate(copy, now.st_size)) { /* never flushed before: nothing to cut */ }
  }
  unlock_ranges();
}

static int has_no_room(int fd, off_t end) {
  char path[4096];
  struct stat now;
  if (!control->full || !ours(fd, path, sizeof path)) return 0;
  if (fstat(fd, &now) || !S_ISREG(now.st_mode) || end <= now.st_size) return 0;
  errno = ENOSPC;
  return 1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  char path[4096];
  const char *name;
  REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
  if (has_no_room(fd, at + (off_t)count)) return -1;
  ssize_t done = real(fd, bytes, count, at);
  if (shadow && (name = ours(fd, path, sizeof path))) wrote(fd, name, at, done);
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  return pwrite64(fd, bytes, count, at);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  char path[4096];
  const char *name;
  REAL(ssize_t, write, int, const void *, size_t);
  if (folder && (control->full || shadow) && (name = ours(fd, path, sizeof path))) {
    off_t at = lseek(fd, 0, SEEK_CUR);
    if (has_no_room(fd, at + (off_t)count)) return -1;
    ssize_t done = real(fd, bytes, count);
    int kept = errno;
    wrote(fd, name, at, done);
    errno = kept;
    return done;
  }
  return real(fd, bytes, count);
}

int ftruncate64(int fd, off64_t size) {
  REAL(int, ftruncate64, int, off64_t);
  if (has_no_room(fd, size)) return -1;
  return real(fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

/* The real flush is left out: no power is cut in truth, and a test should not wait for a disk. */
int fsync(int fd) {
  REAL(int, fsync, int);
  if (!shadow) return real(fd);
  flushed(fd);
  return 0;
}

int fdatasync(int fd) {
  REAL(int, fdatasync, int);
  if (!shadow) return real(fd);
  flushed(fd);
  return 0;
}

int unlink(const char *path) {
  REAL(int, unlink, const char *);
  size_t length = folder ? strlen(folder) : 0;
  if (shadow && !strncmp(path, folder, length) && path[length] == '/' &&
      is_database(path + length + 1)) {
    char copy[4096];
    snprintf(copy, sizeof copy, "%s/%s", shadow, path + length + 1);
    real(copy);
  }
  return real(path);
}

int clock_gettime(clockid_t which, struct timespec *now) {
  long failed = syscall(SYS_clock_gettime, which, now);
  if (!failed && which == CLOCK_REALTIME) now->tv_sec += control->ahead;
  return (int)failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec precise;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *into) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (into) *into = precise.tv_sec;
  return precise.tv_sec;
}
