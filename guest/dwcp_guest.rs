//! dwcp_guest.rs - strings and bytes for a WebAssembly guest of dwcp_wasm, written in Rust. Copy it into `src/` of a crate with
//! `crate-type = ["cdylib"]`; Rust 1.82 or newer, for `wasm32-unknown-unknown` or `wasm32-wasip1`.
//!
//! ```ignore
//! #[macro_use]
//! mod dwcp_guest;
//!
//! dwcp_export! { "s:s64",
//!     fn greet(ptr: *mut u8, len: usize) -> u64 {
//!         let name = unsafe { dwcp_guest::string(ptr, len) };
//!         dwcp_guest::give(format!("Hello, {name}"))
//!     }
//! }
//! dwcp_frees!(greet);
//! ```
//!
//! A string or bytes parameter is two parameters, `(*mut u8, usize)`, and the guest owns the memory: `string` and `bytes` take it over.
#![allow(dead_code)]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};

/// Exports a function by its name, and says in the custom section `dwcp.signatures` what it takes and gives.
macro_rules! dwcp_export {
    ($signature:literal, fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $(-> $result:ty)? $body:block) => {
        dwcp_signature!(stringify!($name), $signature);
        #[unsafe(no_mangle)]
        extern "C" fn $name($($argument: $kind),*) $(-> $result)? $body
    };
}

/// The signature alone, of a function that is exported in another way.
macro_rules! dwcp_signature {
    ($name:expr, $signature:literal) => {
        const _: () = {
            const LINE: &[u8] = concat!($name, " ", $signature, "\n").as_bytes();
            #[used]
            #[unsafe(link_section = "dwcp.signatures")]
            static SECTION: [u8; LINE.len()] = *LINE.first_chunk().unwrap();
        };
    };
}

/// For a function that gives `give(…)`: a session, whose VM outlives the call, has that memory freed once it has copied the result.
macro_rules! dwcp_frees {
    ($name:ident) => {
        const _: () = {
            #[unsafe(export_name = concat!("cabi_post_", stringify!($name)))]
            extern "C" fn post(result: u64) {
                drop(unsafe { $crate::dwcp_guest::take(result) });
            }
        };
    };
}

/// An argument of bytes.
///
/// # Safety
/// The two are an `s` or `b` parameter, used once.
pub unsafe fn bytes(ptr: *mut u8, len: usize) -> Vec<u8> {
    // An empty argument is address 8 and no memory, which a vector of capacity 0 does not free.
    unsafe { Vec::from_raw_parts(ptr, len, len) }
}

/// A string argument. A host that binds the function with `b` for `s` may give bytes that are no UTF-8: this panics then.
///
/// # Safety
/// The two are an `s` parameter, used once.
pub unsafe fn string(ptr: *mut u8, len: usize) -> String {
    String::from_utf8(unsafe { bytes(ptr, len) }).expect("a string is UTF-8")
}

/// An `s64` or `b64` result: the address in the high half, the length in the low. The host copies it; the memory stays allocated.
pub fn give(result: impl Into<Vec<u8>>) -> u64 {
    // Without spare capacity, so that address and length are enough to free it.
    let result = Box::leak(result.into().into_boxed_slice());
    (result.as_ptr() as u64) << 32 | result.len() as u64
}

/// The same backwards: a result of an imported function, or one of `give`.
///
/// # Safety
/// The number is such a result, used once.
pub unsafe fn take(packed: u64) -> Vec<u8> {
    unsafe { bytes((packed >> 32) as usize as *mut u8, packed as u32 as usize) }
}

/// The host puts arguments into memory from here. Whatever alignment it asks for, the block is that of a vector of bytes, so that
/// `bytes` may take it over; the standard library's allocator aligns to 8 by itself.
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    let layout = |size| Layout::array::<u8>(size).unwrap_or_else(|_| std::process::abort());
    if new_size == 0 {
        return align as *mut u8;
    }
    let block = unsafe { alloc(layout(new_size)) };
    if block.is_null() {
        handle_alloc_error(layout(new_size));
    }
    if block.align_offset(align) != 0 {
        std::process::abort();
    }
    if old_size > 0 {
        unsafe {
            block.copy_from_nonoverlapping(old, old_size.min(new_size));
            dealloc(old, layout(old_size));
        }
    }
    block
}
