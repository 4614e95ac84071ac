/* Stands between a process and its files (LD_PRELOAD): every operation on what lies below one folder is a moment that
   is counted. At a chosen moment it kills the process, fails, or writes half; a disk may be full after so many bytes;
   and all that changes can be written to a log, from which tests.faults.disks builds what a power cut leaves.

   Until kg_arm() is called nothing is done. fsync of an armed process is noted, not done: what a kill leaves is in the
   page cache either way, and what a power cut leaves is worked out from the log. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, READ = 2, WRITE = 4, SYNC = 8, TRUNCATE = 16, RENAME = 32, UNLINK = 64, MKDIR = 128, MAP = 256 };
enum { COUNT, KILL, FAIL, FAIL_ON, SHORT, TORN, STOP };

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char root[PATH_MAX], only[256];
static size_t root_length;
static int kinds, action, error_number, report = -1, record = -1, enabled;
static long at, seen, totals[9], room = -1; /* room: bytes by which files may still grow, -1 for no end */
static ino_t mapped[256];        /* files that are written through memory */
static int mapped_count;

#define REAL(name, ...) ({ static __typeof__(&name) real_; if (!real_) real_ = dlsym(RTLD_NEXT, #name); real_(__VA_ARGS__); })

static void put(int fd, const void *bytes, size_t size) {
    const char *from = bytes;
    while (size > 0) {
        ssize_t done = REAL(write, fd, from, size);
        if (done <= 0) abort();
        from += done;
        size -= (size_t)done;
    }
}

/* Arm: count operations of `of` (a mask of the kinds) on paths below `folder` whose path contains `part`, and do
   `what` at the one numbered `moment`. `reports` and `records` are descriptors, or -1. */
void kg_arm(const char *folder, const char *part, int of, int what, long moment, int number, long bytes, int reports,
            int records) {
    pthread_mutex_lock(&lock);
    root_length = strlen(folder);
    memcpy(root, folder, root_length + 1);
    strncpy(only, part, sizeof only - 1);
    kinds = of, action = what, at = moment, error_number = number, room = bytes, report = reports, record = records;
    seen = 0, mapped_count = 0, enabled = 1;
    memset(totals, 0, sizeof totals);
    pthread_mutex_unlock(&lock);
}

/* How many operations of a kind there were. */
long kg_seen(int kind) { return totals[__builtin_ctz((unsigned)kind)]; }

static int below(const char *path) {
    return !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

/* The path of what a directory's descriptor and a name mean, if it is below the folder. */
static int resolve(int directory, const char *name, char *path) {
    char base[PATH_MAX];
    if (!enabled || !name) return 0;
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
    } else {
        if (directory == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
            ssize_t length = readlink(link, base, sizeof base - 1);
            if (length < 0) return 0;
            base[length] = 0;
        }
        if (snprintf(path, PATH_MAX, "%.2000s/%.2000s", base, name) >= PATH_MAX) return 0;
    }
    return below(path);
}

static int path_of(int fd, char *path) {
    char link[64];
    if (!enabled || fd < 0 || fd == record || fd == report) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0 || path[0] != '/') return 0;
    path[length] = 0;
    return below(path);
}

static ino_t inode_of(const char *path) {
    struct stat found;
    return lstat(path, &found) ? 0 : found.st_ino;
}

static void note(char kind, const char *path, const char *other, uint64_t inode, uint64_t offset, const void *bytes,
                 uint64_t size) {
    if (record < 0) return;
    uint64_t head[6] = {(uint64_t)kind, strlen(path), strlen(other), inode, offset, size};
    put(record, head, sizeof head);
    put(record, path, head[1]);
    put(record, other, head[2]);
    if (bytes) put(record, bytes, size);
}

/* What a writer has said that it has, in the log between what was done before and after. */
void kg_note(uint64_t number) {
    pthread_mutex_lock(&lock);
    note('A', "", "", number, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
}

static void tell(const char *what, const char *path) {
    char line[PATH_MAX + 64];
    if (report < 0) return;
    int length = snprintf(line, sizeof line, "%ld %s %s\n", seen, what, path + root_length);
    put(report, line, (size_t)length);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* A moment. The answer: 0 to go on, 1 to fail with errno set, 2 to write half, 3 to write half and die. */
static int moment(int kind, const char *what, const char *path) {
    if (!strstr(path, only)) return 0;
    totals[__builtin_ctz((unsigned)kind)]++;
    if (!(kinds & kind)) return 0;
    seen++;
    if (action == COUNT || seen < at || (seen > at && action != FAIL_ON)) return 0;
    if (seen == at) tell(what, path);
    if (action == KILL) die();
    if (action == STOP) {
        kill(getpid(), SIGSTOP); /* until somebody sends SIGCONT */
        return 0;
    }
    if (action == SHORT || action == TORN) return kind != WRITE ? 0 : action == SHORT ? 2 : 3;
    errno = error_number;
    return 1;
}

static int full(void) {
    if (room != 0) return 0;
    errno = ENOSPC;
    return 1;
}

/* How much of so many bytes there is room for; what overwrites needs none. */
static size_t fitting(int fd, off_t offset, size_t size) {
    struct stat found;
    if (room < 0 || fstat(fd, &found) || offset + (off_t)size <= found.st_size) return size;
    off_t growth = offset + (off_t)size - (offset > found.st_size ? offset : found.st_size);
    if (growth <= room) {
        room -= growth;
        return size;
    }
    size_t fits = size - (size_t)(growth - room);
    room = 0;
    return fits;
}

static ssize_t written(int fd, const void *bytes, size_t size, off_t offset, const char *what) {
    char path[PATH_MAX];
    struct stat found;
    if (!path_of(fd, path)) return -2;
    pthread_mutex_lock(&lock);
    ssize_t done = -1;
    int answer = moment(WRITE, what, path);
    if (answer != 1) {
        size_t some = answer ? (size + 1) / 2 : size;
        if (size && !(some = fitting(fd, offset, some))) {
            errno = ENOSPC;
        } else {
            done = REAL(pwrite64, fd, bytes, some, offset);
            if (done > 0 && !fstat(fd, &found)) note('W', path, "", found.st_ino, (uint64_t)offset, bytes, (uint64_t)done);
            if (answer == 3) die();
        }
    }
    pthread_mutex_unlock(&lock);
    return done;
}

static off_t position(int fd) {
    if (fcntl(fd, F_GETFL) & O_APPEND) return lseek(fd, 0, SEEK_END);
    return lseek(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    off_t offset = enabled ? position(fd) : 0;
    ssize_t done = enabled && offset >= 0 ? written(fd, bytes, size, offset, "write") : -2;
    if (done == -2) return REAL(write, fd, bytes, size);
    if (done > 0) lseek(fd, offset + done, SEEK_SET);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
    ssize_t done = enabled ? written(fd, bytes, size, offset, "pwrite") : -2;
    return done == -2 ? REAL(pwrite64, fd, bytes, size, offset) : done;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) { return pwrite64(fd, bytes, size, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    char path[PATH_MAX];
    if (!path_of(fd, path)) return REAL(writev, fd, parts, count);
    ssize_t total = 0;
    for (int part = 0; part < count; part++) {
        ssize_t done = write(fd, parts[part].iov_base, parts[part].iov_len);
        if (done < 0) return total ? total : -1;
        total += done;
        if ((size_t)done < parts[part].iov_len) break;
    }
    return total;
}

/* glibc's own buffers are written where no library can stand between: so they are passed by. */
size_t fwrite(const void *bytes, size_t size, size_t count, FILE *file) {
    char path[PATH_MAX];
    if (!path_of(fileno(file), path)) return REAL(fwrite, bytes, size, count, file);
    fflush(file);
    size_t wanted = size * count, sent = 0;
    while (sent < wanted) {
        ssize_t done = write(fileno(file), (const char *)bytes + sent, wanted - sent);
        if (done <= 0) break;
        sent += (size_t)done;
    }
    fseeko(file, lseek(fileno(file), 0, SEEK_CUR), SEEK_SET);
    return size ? sent / size : 0;
}

static int opened(int directory, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    struct stat found;
    if (!resolve(directory, name, path)) return REAL(openat, directory, name, flags, mode);
    pthread_mutex_lock(&lock);
    ino_t before = inode_of(path);
    int changes = ((flags & O_CREAT) && !before) || ((flags & O_TRUNC) && before), fd = -1;
    if (!moment(changes ? OPEN : READ, changes ? "create" : "open", path) && !(changes && !before && full())) {
        fd = REAL(openat, directory, name, flags, mode);
        if (fd >= 0 && changes && !fstat(fd, &found)) note(before ? 'T' : 'C', path, "", found.st_ino, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE(flags) ({ mode_t mode_ = 0; if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); \
    mode_ = va_arg(rest, mode_t); va_end(rest); } mode_; })

int open(const char *name, int flags, ...) { return opened(AT_FDCWD, name, flags, MODE(flags)); }
int open64(const char *name, int flags, ...) { return opened(AT_FDCWD, name, flags | O_LARGEFILE, MODE(flags)); }
int openat(int directory, const char *name, int flags, ...) { return opened(directory, name, flags, MODE(flags)); }
int openat64(int directory, const char *name, int flags, ...) {
    return opened(directory, name, flags | O_LARGEFILE, MODE(flags));
}

static ssize_t got(int fd, const char *what) {
    char path[PATH_MAX];
    if (!path_of(fd, path)) return 0;
    pthread_mutex_lock(&lock);
    int fails = moment(READ, what, path) == 1;
    pthread_mutex_unlock(&lock);
    return fails ? -1 : 0;
}

ssize_t read(int fd, void *bytes, size_t size) {
    return enabled && got(fd, "read") ? -1 : REAL(read, fd, bytes, size);
}
ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset) {
    return enabled && got(fd, "pread") ? -1 : REAL(pread64, fd, bytes, size, offset);
}
ssize_t pread(int fd, void *bytes, size_t size, off_t offset) { return pread64(fd, bytes, size, offset); }

/* What was written through memory is known when it is asked to be on the disk. */
static void note_mapped(int fd, const char *path, ino_t inode, off_t size) {
    for (int place = 0; place < mapped_count; place++) {
        if (mapped[place] != inode || record < 0) continue;
        char *bytes = malloc((size_t)size + 1);
        int reading = REAL(openat, AT_FDCWD, path, O_RDONLY);
        if (REAL(pread64, reading, bytes, (size_t)size, 0) == size) note('W', path, "", inode, 0, bytes, (uint64_t)size);
        close(reading);
        free(bytes);
        return;
    }
    (void)fd;
}

static int synced(int fd, const char *what) {
    char path[PATH_MAX];
    struct stat found;
    if (!path_of(fd, path) || fstat(fd, &found)) return -2;
    pthread_mutex_lock(&lock);
    note_mapped(fd, path, found.st_ino, found.st_size);
    int fails = moment(SYNC, what, path) == 1;
    note(fails ? 'E' : 'F', path, "", found.st_ino, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return fails ? -1 : 0;
}

int fsync(int fd) {
    int answer = enabled ? synced(fd, "fsync") : -2;
    return answer == -2 ? REAL(fsync, fd) : answer;
}
int fdatasync(int fd) {
    int answer = enabled ? synced(fd, "fdatasync") : -2;
    return answer == -2 ? REAL(fdatasync, fd) : answer;
}

int ftruncate64(int fd, off64_t size) {
    char path[PATH_MAX];
    struct stat found;
    if (!path_of(fd, path)) return REAL(ftruncate64, fd, size);
    pthread_mutex_lock(&lock);
    int done = moment(TRUNCATE, "truncate", path) ? -1 : REAL(ftruncate64, fd, size);
    if (!done && !fstat(fd, &found)) note('T', path, "", found.st_ino, (uint64_t)size, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int posix_fallocate64(int fd, off64_t offset, off64_t size) {
    char path[PATH_MAX];
    struct stat found;
    if (!path_of(fd, path)) return REAL(posix_fallocate64, fd, offset, size);
    pthread_mutex_lock(&lock);
    int done = moment(TRUNCATE, "allocate", path) ? errno
               : fitting(fd, offset, (size_t)size) < (size_t)size ? ENOSPC
                                                                  : REAL(posix_fallocate64, fd, offset, size);
    if (!done && !fstat(fd, &found)) note('T', path, "", found.st_ino, (uint64_t)found.st_size, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int posix_fallocate(int fd, off_t offset, off_t size) { return posix_fallocate64(fd, offset, size); }

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
    char old[PATH_MAX], new[PATH_MAX];
    if (!resolve(from_directory, from, old) || !resolve(to_directory, to, new))
        return REAL(renameat, from_directory, from, to_directory, to);
    pthread_mutex_lock(&lock);
    ino_t inode = inode_of(old);
    int done = moment(RENAME, "rename", new) || full() ? -1 : REAL(renameat, from_directory, from, to_directory, to);
    if (!done) note('R', old, new, inode, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int unlinkat(int directory, const char *name, int flags) {
    char path[PATH_MAX];
    if (!resolve(directory, name, path)) return REAL(unlinkat, directory, name, flags);
    pthread_mutex_lock(&lock);
    ino_t inode = inode_of(path);
    int done = moment(UNLINK, flags & AT_REMOVEDIR ? "rmdir" : "unlink", path) ? -1
               : REAL(unlinkat, directory, name, flags);
    if (!done) note(flags & AT_REMOVEDIR ? 'D' : 'U', path, "", inode, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int mkdirat(int directory, const char *name, mode_t mode) {
    char path[PATH_MAX];
    if (!resolve(directory, name, path)) return REAL(mkdirat, directory, name, mode);
    pthread_mutex_lock(&lock);
    int done = inode_of(path) ? REAL(mkdirat, directory, name, mode)
               : moment(MKDIR, "mkdir", path) || full() ? -1 : REAL(mkdirat, directory, name, mode);
    if (!done) note('M', path, "", inode_of(path), 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset) {
    char path[PATH_MAX];
    struct stat found;
    if (!path_of(fd, path)) return REAL(mmap64, address, size, protection, flags, fd, offset);
    pthread_mutex_lock(&lock);
    void *place = moment(MAP, "mmap", path) == 1 ? MAP_FAILED : REAL(mmap64, address, size, protection, flags, fd, offset);
    if (place != MAP_FAILED && (flags & MAP_SHARED) && (protection & PROT_WRITE) && !strstr(path, "-shm") &&
        !fstat(fd, &found) && mapped_count < 256)
        mapped[mapped_count++] = found.st_ino;
    pthread_mutex_unlock(&lock);
    return place;
}
void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
    return mmap64(address, size, protection, flags, fd, offset);
}
