//! Codes read off the camera, where the browser can do that: the `BarcodeDetector` of the Shape Detection API,
//! which no stable build of web-sys offers.

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Object, Promise, Reflect, global};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::window;

use super::NoCamera;
use super::real::method;

/// From one look to the next, in milliseconds.
const LOOK_MS: u32 = 150;

/// This browser has a camera to ask for, and reads QR codes.
pub async fn can_read_codes() -> bool {
    let formats = async {
        media_devices()?;
        let kind = kind()?;
        let asked = method(&kind, "getSupportedFormats")?.call0(&kind).ok()?;
        JsFuture::from(asked.dyn_into::<Promise>().ok()?).await.ok()
    };
    let formats = formats.await.map(|formats| Array::from(&formats));
    formats.is_some_and(|formats| formats.includes(&"qr_code".into(), 0))
}

/// Shows in the `<video>` with this id what the camera sees, until it sees a code, or until nobody wants one any
/// more: then nothing. The camera is let go in any case.
///
/// # Errors
/// [`NoCamera`], when there is none to look through.
pub async fn read_code(video: &str, is_wanted: impl Fn() -> bool) -> Result<Option<String>, NoCamera> {
    let stream = open().await?;
    let read = watch(video, &stream, is_wanted).await;
    close(&stream);
    Ok(read)
}

async fn open() -> Result<JsValue, NoCamera> {
    let asked = || {
        let (wish, video) = (Object::new(), Object::new());
        Reflect::set(&video, &"facingMode".into(), &"environment".into()).ok()?;
        Reflect::set(&wish, &"video".into(), &video).ok()?;
        let devices = media_devices()?;
        let open = method(&devices, "getUserMedia")?;
        open.call1(&devices, &wish).ok()?.dyn_into::<Promise>().ok()
    };
    let Some(asked) = asked() else {
        return Err(NoCamera::Missing);
    };
    JsFuture::from(asked).await.map_err(|error| {
        let name = Reflect::get(&error, &"name".into())
            .ok()
            .and_then(|name| name.as_string());
        match name.as_deref() {
            Some("NotAllowedError" | "SecurityError") => NoCamera::Refused,
            Some("NotFoundError" | "OverconstrainedError") => NoCamera::Missing,
            _ => NoCamera::Busy,
        }
    })
}

async fn watch(video: &str, stream: &JsValue, is_wanted: impl Fn() -> bool) -> Option<String> {
    let reader = reader()?;
    let detect = method(&reader, "detect")?;
    let video = window()?.document()?.get_element_by_id(video)?;
    Reflect::set(&video, &"srcObject".into(), stream).ok()?;
    while is_wanted() {
        // Refused while the first picture is not there yet.
        let looked = detect.call1(&reader, &video).ok()?.dyn_into::<Promise>().ok()?;
        let seen = JsFuture::from(looked)
            .await
            .map(|codes| Array::from(&codes))
            .unwrap_or_default();
        let text = Reflect::get(&seen.get(0), &"rawValue".into())
            .ok()
            .and_then(|text| text.as_string());
        if text.is_some() {
            return text;
        }
        TimeoutFuture::new(LOOK_MS).await;
    }
    None
}

fn close(stream: &JsValue) {
    let tracks = method(stream, "getTracks").and_then(|tracks| tracks.call0(stream).ok());
    for track in tracks.map(|tracks| Array::from(&tracks)).unwrap_or_default() {
        if let Some(stop) = method(&track, "stop") {
            let _ = stop.call0(&track);
        }
    }
}

fn reader() -> Option<JsValue> {
    Reflect::construct(&kind()?, &Array::new()).ok()
}

fn kind() -> Option<Function> {
    Reflect::get(&global(), &"BarcodeDetector".into())
        .ok()?
        .dyn_into()
        .ok()
}

/// None without TLS.
fn media_devices() -> Option<JsValue> {
    let devices = Reflect::get(&window()?.navigator(), &"mediaDevices".into()).ok()?;
    devices.is_object().then_some(devices)
}
