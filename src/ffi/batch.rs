//! Batches: many calls of one function in one crossing.

use super::boundary::{Sized_, Zeroable, clear_out, null, pin, read_struct, slice, status, struct_size, write_out, write_struct};
use super::call::{dwcp_call_options_t, dwcp_call_stats_t, options as call_options, stats_to_c};
use super::error::{dwcp_error, dwcp_error_free, into_raw};
use super::function::{call_once, dwcp_function};
use super::status::dwcp_status_t;
use super::transfer::Arrays;
use super::value::dwcp_value_t;
use crate::error::{Error, Result, Status};
use crate::observe::panic;
use crate::run::batch::MAX_PARALLELISM;
use crate::run::call::{CallOptions, CallStats, Function};
use std::mem::offset_of;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How a batch is run. Begin with DWCP_BATCH_OPTIONS_INIT; every field may stay zero.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_batch_options_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// Rows that run at once: 0 and 1 run them one after the other on the caller's thread, more also on threads of the runtime.
    /// At most 64; fewer threads help where no more can be had.
    pub parallelism: u32,
    /// Whether no further row begins after one that failed. Rows under way end on their own.
    pub stop_on_error: bool,
    /// Zero.
    pub reserved: [u8; 3],
}
// SAFETY: integers and bools.
unsafe impl Zeroable for dwcp_batch_options_t {}
// SAFETY: repr(C), begins with struct_size.
unsafe impl Sized_ for dwcp_batch_options_t {}

/// What became of one row. Begin each with DWCP_BATCH_ROW_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_batch_row_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// What dwcp_function_call would have returned. DWCP_ERR_CANCELLED for a row that did not begin.
    pub status: dwcp_status_t,
    /// Number of results; the needed number with DWCP_ERR_BUFFER_TOO_SMALL.
    pub nresults: u32,
    /// The error of a row that failed; NULL otherwise. Yours, to be freed by dwcp_batch_rows_clear or dwcp_error_free.
    pub error: *mut dwcp_error,
    /// What the call took. Its struct_size is set by the library.
    pub stats: dwcp_call_stats_t,
}
// SAFETY: integers, bools and raw pointers.
unsafe impl Zeroable for dwcp_batch_row_t {}
// SAFETY: repr(C), begins with struct_size.
unsafe impl Sized_ for dwcp_batch_row_t {}

/// The arrays of a batch, of which each row uses a part of its own.
struct Batch<'a> {
    function: &'a Function,
    options: &'a CallOptions,
    args: *const dwcp_value_t,
    nargs: usize,
    results: *mut dwcp_value_t,
    capacity: usize,
    rows: *mut dwcp_batch_row_t,
    stride: usize,
    failed: AtomicUsize,
}

// SAFETY: rows are handed out one by one, and each touches only its own part of the arrays, which the header asks to be valid
// while the batch runs.
unsafe impl Sync for Batch<'_> {}

impl Batch<'_> {
    /// Runs row `i` and writes what became of it; whether it went well.
    fn run(&self, i: usize) -> bool {
        let (mut stats, mut nresults) = (CallStats::default(), 0);
        // SAFETY: i is below the number of rows, for which the arrays have room.
        let (args, results) = unsafe { (self.args.add(i * self.nargs), self.results.add(i * self.capacity)) };
        let arrays = Arrays { args, nargs: self.nargs, results, capacity: self.capacity, nresults: &raw mut nresults };
        // A panic is this row's alone.
        let call = || arrays.carry(self.function.interface(), |cargo| call_once(self.function, cargo, self.options, &mut stats));
        let outcome = catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| Err(panic::caught(payload)));
        self.write(i, outcome, nresults, &stats)
    }

    fn write(&self, i: usize, outcome: Result<()>, nresults: usize, stats: &CallStats) -> bool {
        let ok = outcome.is_ok();
        if !ok {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        let (status, error) = match outcome {
            Ok(()) => (0, std::ptr::null_mut()),
            Err(e) => (e.status().0, into_raw(e)),
        };
        let mut stats = stats_to_c(stats);
        stats.struct_size = size_of::<dwcp_call_stats_t>();
        let nresults = u32::try_from(nresults).unwrap_or(u32::MAX);
        let row = dwcp_batch_row_t { struct_size: 0, status, nresults, error, stats };
        // SAFETY: as in `run`; `stride` is the size of the host's struct.
        let written = write_struct(unsafe { self.rows.byte_add(i * self.stride) }, &row, "rows");
        // A row whose struct is too small for the error would lose it.
        if written.is_err() && !error.is_null() {
            // SAFETY: made above, and nobody else has it.
            unsafe { dwcp_error_free(error) };
        }
        ok
    }
}

/// The size of a row as the host's header has it: the same in each of `nrows`, and enough for the row's error.
fn stride(rows: *const dwcp_batch_row_t, nrows: usize) -> Result<usize> {
    if rows.is_null() {
        return Err(null("rows"));
    }
    let stride = struct_size(rows, "rows")?;
    if stride < offset_of!(dwcp_batch_row_t, stats) || !stride.is_multiple_of(align_of::<dwcp_batch_row_t>()) {
        let text = format!("struct_size is {stride}, expected {}; use the struct's INIT macro", size_of::<dwcp_batch_row_t>());
        return Err(Error::argument("rows", text));
    }
    if nrows > isize::MAX as usize / stride {
        return Err(Error::argument("rows", format!("has an impossible length of {nrows}")));
    }
    for i in 1..nrows {
        // SAFETY: i < nrows, and the header asks for an array of `nrows` elements of this size.
        let given = struct_size(unsafe { rows.byte_add(i * stride) }, "rows")?;
        if given != stride {
            return Err(Error::argument("rows", format!("struct_size of row {i} is {given}, that of the first {stride}")));
        }
    }
    Ok(stride)
}

/// Calls a function once for each row of arguments, in one crossing of the boundary. Every row is a call as by
/// dwcp_function_call: it has a VM of its own, its own deadline and limits from `options`, and its own outcome; the rows share
/// nothing. Row i takes `nargs` values from `args` at i * nargs, and gives up to `capacity` results to `results` at i * capacity.
/// All rows run, whatever becomes of the others, unless `batch` says otherwise. A token in `options` ends the batch: rows under
/// way and rows to come are DWCP_ERR_CANCELLED.
///
/// Returns: DWCP_OK when the batch was carried out, whatever its rows gave: their outcomes are in `rows`, the number of those
/// that failed in `nfailed`. A row that did not run is among them, with DWCP_ERR_CANCELLED.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`function` or `rows` is NULL, `args` or `results` is NULL where values are due, a
/// struct_size is not set, parallelism is over 64, `options.wasi` with a parallelism above 1, a number of values that does not fit the address space), DWCP_ERR_CLOSED,
/// DWCP_ERR_SHUTTING_DOWN. No row has run then.
/// Ownership: args and options are borrowed for the call; `results`, `rows` and `nfailed` are the caller's, the errors in `rows`
/// too: free them with dwcp_batch_rows_clear. `options`, `batch` and `nfailed` may be NULL.
/// Threads: any number at once. Host functions are called on the caller's thread and on threads of the runtime. `options.wasi`
/// must be NULL with a parallelism above 1: its settings serve one call at a time, and what they capture is the last row's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_function_call_batch(
    function: *const dwcp_function,
    args: *const dwcp_value_t,
    nargs: usize,
    nrows: usize,
    options: *const dwcp_call_options_t,
    batch: *const dwcp_batch_options_t,
    results: *mut dwcp_value_t,
    capacity: usize,
    rows: *mut dwcp_batch_row_t,
    nfailed: *mut usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(nfailed);
    status(error, || {
        let handle = pin(function, "function")?;
        let function = handle.function();
        let runtime = function.module().runtime();
        runtime.check_open()?;
        let options = call_options(options)?;
        let batch = read_struct(batch, "batch")?;
        let (parallelism, stop_on_error) = batch.map_or((1, false), |b| (b.parallelism, b.stop_on_error));
        if parallelism > MAX_PARALLELISM {
            return Err(Error::argument("batch.parallelism", format!("is {parallelism}, the limit is {MAX_PARALLELISM}")));
        }
        if parallelism > 1 && options.wasi.is_some() {
            return Err(Error::argument("options.wasi", "serves one call at a time: NULL with a parallelism above 1"));
        }
        let times = |name: &str, each: usize| {
            nrows.checked_mul(each).ok_or_else(|| Error::argument(name, format!("{nrows} rows of {each} values are too many")))
        };
        slice(args, times("args", nargs)?, "args")?;
        slice(results.cast_const(), times("results", capacity)?, "results")?;
        if nrows == 0 {
            return Ok(());
        }
        let stride = stride(rows, nrows)?;
        let failed = AtomicUsize::new(0);
        let batch = Batch { function, options: &options, args, nargs, results, capacity, rows, stride, failed };
        let left_out = |i: usize| {
            let text = format!("row {i} did not run: a row failed and stop_on_error is set");
            batch.write(i, Err(Error::new(Status::CANCELLED, text)), 0, &CallStats::default());
        };
        runtime.batch(nrows, parallelism, stop_on_error, &|i| batch.run(i), &left_out)?;
        write_out(nfailed, || batch.failed.load(Ordering::Relaxed));
        Ok(())
    })
}

/// Frees the errors of a batch's rows and zeroes the rows but for their struct_size, which makes them ready for another batch.
/// Safe on rows that no batch has written yet, and a second time.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: the array stays the caller's; `rows` may be NULL if `nrows` is 0.
/// Threads: any; one at a time for one array.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_batch_rows_clear(rows: *mut dwcp_batch_row_t, nrows: usize) {
    super::boundary::plain_value((), || {
        if nrows == 0 {
            return None;
        }
        let stride = stride(rows, nrows).ok()?;
        for i in 0..nrows {
            // SAFETY: as in `stride`, which saw that each row has an error; it is the caller's to give back.
            unsafe {
                let row = rows.byte_add(i * stride);
                dwcp_error_free((*row).error);
                row.cast::<u8>().add(size_of::<usize>()).write_bytes(0, stride - size_of::<usize>());
            }
        }
        Some(())
    });
}
