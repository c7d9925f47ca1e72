// A handler of signals that does what a handler may: it writes the signal's number to a pipe.
#pragma once

/// Makes a pipe for the numbers of signals: reading waits, writing does not. Returns 0, or -1 and errno.
int sextant_signal_pipe(int *reading, int *writing);

/// From now on a signal writes its number, one byte, to the pipe; there is one pipe for all signals.
/// Returns 0, or -1 and errno.
int sextant_signal_catch(int signal, int writing);
