set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
time per call
1K
4K
16K
64K
256K
1M
1 ms
10 ms
100 ms
1 s
10 s
1 min
10 min
1 h
full
sliding-window(1024)
ggml/flash-causal
ggml/flash-window(1024)
onnxruntime/gqa-causal
onnxruntime/gqa-window(1024)
openvino/sdpa-causal
openvino/sdpa-mask-window(1024)
torch/sdpa-causal
torch/sdpa-slices-window(1024)
torch-avx512/sdpa-causal
torch-avx512/sdpa-slices-window(1024)
sequence length n (tokens)
At 1M tokens ggml/flash-causal takes 88 min (forecast ×/÷ 1.67),
sliding-window(1024) takes 2.41 s (forecast ×/÷ 1.03)
One call, causal, float32, d = 128, 1 head, one core. Stars on dotted lines: forecasts of the fitted laws with 95 %
prediction intervals. Other marks: measured.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'forecast' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'forecast.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[29].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[30].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[31] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[32] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[28] at screen 0.3603, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [465:1049100]
set yrange [207712.7:1.327148e+13]
set xtics ($texts[2] 1024, $texts[3] 4096, $texts[4] 16384, $texts[5] 65536, $texts[6] 262144, $texts[7] 1048576)
set ytics ($texts[8] 1000000, $texts[9] 1e+07, $texts[10] 1e+08, $texts[11] 1e+09, $texts[12] 1e+10, $texts[13] 6e+10, $texts[14] 6e+11, $texts[15] 3.6e+12)
set lmargin at screen 0.0959
set rmargin at screen 0.6247
set bmargin at screen 0.1167
set tmargin at screen 0.7471
set label $texts[1] at screen 0.0194, screen 0.7825 left font ',11.5' tc rgb '#595959'
set label $texts[16] at screen 0.6608, screen 0.6304 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6330, screen 0.6626 to screen 0.6552, screen 0.6304 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[17] at screen 0.6608, screen 0.4117 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6330, screen 0.4449 to screen 0.6552, screen 0.4117 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[18] at screen 0.6608, screen 0.7554 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.6330, screen 0.7149 to screen 0.6552, screen 0.7554 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[19] at screen 0.6608, screen 0.5054 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.6330, screen 0.5487 to screen 0.6552, screen 0.5054 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[20] at screen 0.6608, screen 0.6617 left font ',11.5' tc rgb '#000000'
set arrow from screen 0.6330, screen 0.6663 to screen 0.6552, screen 0.6617 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[21] at screen 0.6608, screen 0.5367 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6330, screen 0.6059 to screen 0.6552, screen 0.5367 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[22] at screen 0.6608, screen 0.7242 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6330, screen 0.6897 to screen 0.6552, screen 0.7242 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[23] at screen 0.6608, screen 0.5679 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.6330, screen 0.6247 to screen 0.6552, screen 0.5679 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[24] at screen 0.6608, screen 0.6929 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.6330, screen 0.6824 to screen 0.6552, screen 0.6929 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[25] at screen 0.6608, screen 0.4742 left font ',11.5' tc rgb '#56B4E9'
set arrow from screen 0.6330, screen 0.5044 to screen 0.6552, screen 0.4742 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[26] at screen 0.6608, screen 0.5992 left font ',11.5' tc rgb '#000000'
set arrow from screen 0.6330, screen 0.6567 to screen 0.6552, screen 0.5992 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[27] at screen 0.6608, screen 0.4429 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6330, screen 0.4867 to screen 0.6552, screen 0.4429 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
plot 'forecast.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 2 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#D55E00', \
  'forecast.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#D55E00', \
  'forecast.csv' skip 1 using ($1 == 5 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#D55E00', \
  'forecast.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#009E73', \
  'forecast.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#009E73', \
  'forecast.csv' skip 1 using ($1 == 8 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#009E73', \
  'forecast.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#CC79A7', \
  'forecast.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#CC79A7', \
  'forecast.csv' skip 1 using ($1 == 11 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#CC79A7', \
  'forecast.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#000000', \
  'forecast.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#000000', \
  'forecast.csv' skip 1 using ($1 == 14 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#000000', \
  'forecast.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 17 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 18 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#D55E00', \
  'forecast.csv' skip 1 using ($1 == 19 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#D55E00', \
  'forecast.csv' skip 1 using ($1 == 20 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#D55E00', \
  'forecast.csv' skip 1 using ($1 == 21 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#009E73', \
  'forecast.csv' skip 1 using ($1 == 22 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#009E73', \
  'forecast.csv' skip 1 using ($1 == 23 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#009E73', \
  'forecast.csv' skip 1 using ($1 == 24 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#CC79A7', \
  'forecast.csv' skip 1 using ($1 == 25 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#CC79A7', \
  'forecast.csv' skip 1 using ($1 == 26 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#CC79A7', \
  'forecast.csv' skip 1 using ($1 == 27 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#56B4E9', \
  'forecast.csv' skip 1 using ($1 == 28 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#56B4E9', \
  'forecast.csv' skip 1 using ($1 == 29 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#56B4E9', \
  'forecast.csv' skip 1 using ($1 == 30 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#000000', \
  'forecast.csv' skip 1 using ($1 == 31 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#000000', \
  'forecast.csv' skip 1 using ($1 == 32 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#000000', \
  'forecast.csv' skip 1 using ($1 == 33 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 34 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 35 ? $4 : NaN):5:6:7 with yerrorbars pt 3 ps 1.1*mark lw 1.3 lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 36 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 36 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 37 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#D55E00', \
  'forecast.csv' skip 1 using ($1 == 37 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'forecast.csv' skip 1 using ($1 == 38 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#009E73', \
  'forecast.csv' skip 1 using ($1 == 38 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'forecast.csv' skip 1 using ($1 == 39 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#CC79A7', \
  'forecast.csv' skip 1 using ($1 == 39 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'forecast.csv' skip 1 using ($1 == 40 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#000000', \
  'forecast.csv' skip 1 using ($1 == 40 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#000000', \
  'forecast.csv' skip 1 using ($1 == 41 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 41 ? $4 : NaN):5 with points pt 5 ps 0.54*mark lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 42 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#D55E00', \
  'forecast.csv' skip 1 using ($1 == 42 ? $4 : NaN):5 with points pt 9 ps 0.54*mark lc rgb '#D55E00', \
  'forecast.csv' skip 1 using ($1 == 43 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#009E73', \
  'forecast.csv' skip 1 using ($1 == 43 ? $4 : NaN):5 with points pt 13 ps 0.54*mark lc rgb '#009E73', \
  'forecast.csv' skip 1 using ($1 == 44 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#CC79A7', \
  'forecast.csv' skip 1 using ($1 == 44 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#CC79A7', \
  'forecast.csv' skip 1 using ($1 == 45 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#56B4E9', \
  'forecast.csv' skip 1 using ($1 == 45 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#56B4E9', \
  'forecast.csv' skip 1 using ($1 == 46 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#000000', \
  'forecast.csv' skip 1 using ($1 == 46 ? $4 : NaN):5 with points pt 5 ps 0.54*mark lc rgb '#000000', \
  'forecast.csv' skip 1 using ($1 == 47 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'forecast.csv' skip 1 using ($1 == 47 ? $4 : NaN):5 with points pt 9 ps 0.54*mark lc rgb '#0072B2'
unset output
unset label
unset arrow
unset logscale
}
