//! The exports of kit.c and kit_more.c, in Rust.
#[macro_use]
#[path = "../dwcp_guest.rs"]
mod dwcp_guest;

use dwcp_guest::{bytes, give, string};
use std::cell::{Cell, RefCell};
use std::ffi::{CStr, CString, c_char};

dwcp_export! { "s:s64",
    fn greet(ptr: *mut u8, len: usize) -> u64 {
        let name = unsafe { string(ptr, len) };
        give(format!("Hello, {name}!"))
    }
}
dwcp_frees!(greet);

dwcp_export! { "s:s64",
    fn upper(ptr: *mut u8, len: usize) -> u64 {
        give(unsafe { string(ptr, len) }.to_ascii_uppercase())
    }
}
dwcp_frees!(upper);

dwcp_export! { "b:b64",
    fn reverse(ptr: *mut u8, len: usize) -> u64 {
        let mut all = unsafe { bytes(ptr, len) };
        all.reverse();
        give(all)
    }
}
dwcp_frees!(reverse);

dwcp_export! { "b:I",
    fn sum(ptr: *mut u8, len: usize) -> u64 {
        unsafe { bytes(ptr, len) }.iter().map(|&byte| u64::from(byte)).sum()
    }
}

dwcp_export! { "ss:s64",
    fn concat(a: *mut u8, a_len: usize, b: *mut u8, b_len: usize) -> u64 {
        let (a, b) = unsafe { (string(a, a_len), string(b, b_len)) };
        give(a + &b)
    }
}
dwcp_frees!(concat);

thread_local! {
    // What results point to has to live on after the return.
    static LAST: RefCell<CString> = RefCell::default();
    static FIRST: Cell<(*const u8, usize)> = const { Cell::new((std::ptr::null(), 0)) };
    static CALLS: Cell<i32> = const { Cell::new(0) };
}

dwcp_export! { "zi:z",
    fn skip(text: *const c_char, n: i32) -> *const c_char {
        let rest = unsafe { CStr::from_ptr(text) }.to_bytes().iter().skip(n.max(0) as usize).copied().collect::<Vec<u8>>();
        LAST.with_borrow_mut(|last| {
            *last = CString::new(rest).unwrap();
            last.as_ptr()
        })
    }
}

dwcp_export! { "s:s*",
    fn word(ptr: *mut u8, len: usize) -> *const (*const u8, usize) {
        let text = unsafe { string(ptr, len) }.leak();
        let first = text.split(' ').next().unwrap_or_default();
        FIRST.with(|pair| {
            pair.set((first.as_ptr(), first.len()));
            pair.as_ptr() as *const _
        })
    }
}

dwcp_export! { ":i",
    fn count() -> i32 {
        CALLS.set(CALLS.get() + 1);
        CALLS.get()
    }
}

dwcp_export! { "ii:b64",
    fn fill(byte: i32, len: i32) -> u64 {
        give(vec![byte as u8; len as usize])
    }
}
dwcp_frees!(fill);

dwcp_export! { "s:",
    fn refuse(ptr: *mut u8, len: usize) {
        let text = unsafe { string(ptr, len) };
        panic!("kit: this guest gives up: {text}");
    }
}
