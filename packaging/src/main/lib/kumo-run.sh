# Starts a program of kumo. Sourced by the scripts in bin, which set: program, main, home, heap, jvm, hot and daemon (yes or no).
# An operator's KUMO_JAVA_OPTS come last, so they win over what is set here.

fail() {
    echo "$program: $1" >&2
    exit 1
}

# --- Java: JAVA_HOME, else the PATH; 17 or later. -------------------------------------------------------------------
if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
    [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no $java"
else
    java=$(command -v java) || fail "no Java found: install Java 17 or later, or set JAVA_HOME"
fi

# The file that every JDK brings is read much faster than "java -version" starts.
release=$(readlink -f "$java" 2>/dev/null) && release=${release%/bin/java}/release
if [ -r "$release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$release")
else
    version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
fi
major=${version%%[!0-9]*}
[ "${major:-0}" -ge 17 ] || fail "Java 17 or later is needed, but $java is version ${version:-unknown}"

# --- Class path: all jars, in an order that is the same everywhere. ------------------------------------------------
classpath=
for jar in "$home"/lib/*.jar; do
    classpath=$classpath${classpath:+:}$jar
done

# A class data archive makes starting a third faster. It holds for one build of Java, so its name says for which; where
# the jars were moved since, Java does without. With KUMO_CDS=make it is made from what this run loads, at its end.
# (Java 24 and later refuse it with the options below, at least 25 gains nothing.)
archive=$home/lib/$program-$version.jsa
[ "$major" -lt 24 ] || KUMO_CDS=no
if [ "${KUMO_CDS:-}" = make ]; then
    jvm="$jvm -XX:ArchiveClassesAtExit=$archive.$$ -Xlog:disable -Xlog:all=error:stderr"
elif [ "${KUMO_CDS:-}" != no ] && [ -f "$archive" ]; then
    jvm="$jvm -XX:SharedArchiveFile=$archive -Xlog:disable -Xlog:all=error,cds*=off:stderr"
fi

# Java 24 and later announce that native access and Unsafe will be refused one day.
if [ "$major" -ge 24 ]; then
    jvm="$jvm --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
fi

# The optimising compiler works longer than its code gives back, in a program that does little; in the others it is told
# to inline less: the code is as fast, and made with a fraction of the work, which clients would wait for. Its threads are
# nice (10): event loops come first. (Without -PrintWarnings who is not root is warned that raising priorities takes root.)
if [ "$hot" = yes ]; then
    jvm="$jvm -XX:MaxInlineLevel=7 -XX:InlineSmallCode=800 -XX:FreqInlineSize=80 -XX:Tier3DelayOn=0
    -XX:ThreadPriorityPolicy=1 -XX:CompilerThreadPriority=10 -XX:-PrintWarnings"
else
    jvm="$jvm -XX:TieredStopAtLevel=1"
fi

jvm="$jvm -Xmx$heap -Xshare:auto -XX:+ExitOnOutOfMemoryError
    --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/java.nio=ALL-UNNAMED"

# An operator's options for this program, comments left out.
if [ -r "$home/conf/$program.jvm" ]; then
    jvm="$jvm $(sed 's/#.*//' "$home/conf/$program.jvm" | tr '\n' ' ')"
fi

# --- In the foreground. ---------------------------------------------------------------------------------------------
# The options are words without blanks, so they are split on purpose; the arguments are not touched.
foreground() {
    if [ "${KUMO_CDS:-}" = make ]; then
        # shellcheck disable=SC2086
        "$java" $jvm -Dkumo.home="$home" ${KUMO_JAVA_OPTS:-} -cp "$classpath" "$main" "$@" &
        pid=$!
        trap 'kill "$pid" 2>/dev/null' INT TERM
        wait "$pid"
        status=$?
        if kill -0 "$pid" 2>/dev/null; then
            wait "$pid"
            status=$?
        fi
        # Renamed when it is whole: Java would crash on a part of one.
        [ ! -f "$archive.$$" ] || mv -f "$archive.$$" "$archive"
        exit "$status"
    fi
    # shellcheck disable=SC2086
    exec "$java" $jvm -Dkumo.home="$home" ${KUMO_JAVA_OPTS:-} -cp "$classpath" "$main" "$@"
}

if [ "$daemon" = no ]; then
    foreground "$@"
fi

# --- In the background: -d FILE, --daemon FILE or --daemon=FILE, or a line "daemon = FILE" in the file of --config. --
# The option is taken out of the arguments, and given to the program anew, which deletes the file at its end.
# -o FILE or --log FILE is only looked at, and passed on, and so is --config FILE.
pidfile=
log=
config=
check=no
previous=
left=$#
while [ "$left" -gt 0 ]; do
    left=$((left - 1))
    argument=$1
    shift
    case $previous in
        -d | --daemon)
            pidfile=$argument
            previous=
            continue
            ;;
        -o | --log) log=$argument ;;
        --config) config=$argument ;;
    esac
    previous=
    case $argument in
        -d | --daemon)
            previous=$argument
            continue
            ;;
        --daemon=*)
            pidfile=${argument#--daemon=}
            continue
            ;;
        --log=*) log=${argument#--log=} ;;
        --config=*) config=${argument#--config=} ;;
        --check-config | --check-config=true) check=yes ;;
        -o | --log | --config) previous=$argument ;;
    esac
    set -- "$@" "$argument"
done
case $previous in
    -d | --daemon)
        echo "$program: $previous needs the name of a file for the process id" >&2
        exit 2
        ;;
esac
[ "$check" = no ] || foreground ${pidfile:+--daemon="$pidfile"} "$@"

# The value of an option in the file; what is wrong with the file is the program's to say.
configured() {
    sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" "$config" 2>/dev/null | head -n 1 |
        sed -e 's/^"\([^"]*\)".*/\1/' -e t -e 's/[[:space:]]#.*//' -e 's/[[:space:]]*$//'
}
if [ -n "$config" ] && [ -f "$config" ]; then
    [ -n "$pidfile" ] || pidfile=$(configured daemon)
    [ -n "$log" ] || log=$(configured log)
fi
[ -n "$pidfile" ] || foreground "$@"
[ "$log" != - ] || log=

# A process id may be that of another program by now, and a dead process may not be collected yet.
running() {
    kill -0 "$1" 2>/dev/null || return 1
    [ ! -r "/proc/$1/cmdline" ] || tr '\0' ' ' <"/proc/$1/cmdline" | grep -q "$main"
}
if [ -s "$pidfile" ] && running "$(cat "$pidfile")"; then
    fail "already running as process $(cat "$pidfile"), says $pidfile"
fi
: 2>/dev/null >"$pidfile" || fail "cannot write $pidfile"

# Until it is ready, what it says comes here; then it goes to the log, or nowhere.
# (The pipe has no reader then. Java ignores that, and no file grows.)
said=$(mktemp -d "${TMPDIR:-/tmp}/$program.XXXXXX") || fail "cannot make a temporary directory"
trap 'rm -rf "$said"' EXIT
if [ -n "$log" ]; then
    before=$(wc -c 2>/dev/null <"$log" || echo 0)
    (: >>"$log") 2>/dev/null || { rm -f "$pidfile"; fail "cannot write $log"; }
    output() { tail -c +$((before + 1)) "$log"; }
    out=$log
else
    mkfifo "$said/pipe" || fail "cannot make a pipe in $said"
    sed -e '/^ready/q' -e '/[^[:alpha:]]ready/q' <"$said/pipe" >"$said/output" &
    output() { cat "$said/output"; }
    out=$said/pipe
fi

new_session=nohup
if command -v setsid >/dev/null 2>&1; then
    new_session=setsid
fi
# shellcheck disable=SC2086
$new_session "$java" $jvm -Dkumo.home="$home" ${KUMO_JAVA_OPTS:-} -cp "$classpath" "$main" --daemon="$pidfile" "$@" \
    </dev/null >>"$out" 2>&1 &
pid=$!
echo "$pid" >"$pidfile"

tenths=0
while [ "$tenths" -lt 300 ]; do
    # "already in use" is not it.
    if output | grep -qw ready; then
        exit 0
    fi
    if ! kill -0 "$pid" 2>/dev/null; then
        wait "$pid"
        status=$?
        sleep 0.1
        output >&2
        rm -f "$pidfile"
        # One that ends at once without a fault (--help) is not running either, but it did what it was asked.
        exit "$status"
    fi
    sleep 0.1
    tenths=$((tenths + 1))
done
output >&2
fail "not ready within 30 s; it goes on as process $pid${log:+, see $log}"
