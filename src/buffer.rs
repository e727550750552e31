//! Bytes that a call gives to its host: allocated as C allocates, so that C can own them.

use std::ptr::NonNull;

/// Owned bytes with a NUL behind them that does not count.
pub struct Buffer {
    data: NonNull<u8>,
    len: usize,
}

// SAFETY: the allocation has one owner and no thread of its own.
unsafe impl Send for Buffer {}
unsafe impl Sync for Buffer {}

impl Buffer {
    /// A copy of `bytes`; `None` where there is no memory for it.
    pub fn copy(bytes: &[u8]) -> Option<Buffer> {
        let len = bytes.len();
        // SAFETY: one byte more than the copy, which is written in full before anyone reads it.
        unsafe {
            let data = NonNull::new(libc::malloc(len.checked_add(1)?).cast::<u8>())?;
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), data.as_ptr(), len);
            data.add(len).write(0);
            Some(Buffer { data, len })
        }
    }

    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: `len` bytes that `copy` has written.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.len) }
    }

    /// Gives the bytes away; [`Buffer::free`] ends them.
    pub fn into_raw(self) -> *mut u8 {
        let data = self.data.as_ptr();
        std::mem::forget(self);
        data
    }

    /// Frees what [`Buffer::into_raw`] gave away.
    ///
    /// # Safety
    /// `data` came from there, and this is the first time.
    pub unsafe fn free(data: *mut u8) {
        // SAFETY: by the contract above, from malloc.
        unsafe { libc::free(data.cast()) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: the one owner ends.
        unsafe { Buffer::free(self.data.as_ptr()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_a_copy_and_a_nul() {
        let buffer = Buffer::copy(b"ab").unwrap();
        assert_eq!(buffer.as_slice(), b"ab");
        let raw = buffer.into_raw();
        // SAFETY: two bytes and a NUL; freed once.
        unsafe {
            assert_eq!(raw.add(2).read(), 0);
            Buffer::free(raw);
        }
        assert!(Buffer::copy(b"").unwrap().as_slice().is_empty());
    }
}
