set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
useful GFLOP/s
4
8
16
32
64
128
256
512
1,024
2,048
100
200
full
sliding-window(256)
sliding-window(1024)
chunked-overlap(256)
chunked-overlap(1024)
attention-sink(4+256)
attention-sink(4+1024)
peak of float32: 289 GFLOP/s
memory: 44.3 GB/s
intensity (FLOP/byte)
Roofline: arithmetic limits all 78 cells
One call, causal, float32, d = 64, 1 head, one core. FLOPs: 4·d for each pair that the mask allows; bytes: queries,
keys, values and outputs, once. Medians with 95 % intervals, a point wherever the intensity has grown by a tenth; the
ceilings are measured in the same run. The cells reach 36 % (chunked-overlap(256), 16K tokens) to 88 % (full, 16K
tokens) of the attainable speed.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'roofline' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'roofline.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[24].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[25] at screen 0.0194, screen 0.9027 left font ',11.5' tc rgb '#595959'
set label $texts[26] at screen 0.0194, screen 0.8715 left font ',11.5' tc rgb '#595959'
set label $texts[27] at screen 0.0194, screen 0.8402 left font ',11.5' tc rgb '#595959'
set label $texts[28] at screen 0.0194, screen 0.8090 left font ',11.5' tc rgb '#595959'
set label $texts[23] at screen 0.3865, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [3.258404:2663.894]
set yrange [72.16283:375.4344]
set xtics ($texts[2] 4, $texts[3] 8, $texts[4] 16, $texts[5] 32, $texts[6] 64, $texts[7] 128, $texts[8] 256, $texts[9] 512, $texts[10] 1024, $texts[11] 2048)
set ytics ($texts[12] 100, $texts[13] 200)
set lmargin at screen 0.0661
set rmargin at screen 0.7069
set bmargin at screen 0.1167
set tmargin at screen 0.7298
set label $texts[1] at screen 0.0194, screen 0.7652 left font ',11.5' tc rgb '#595959'
set label $texts[14] at screen 0.7430, screen 0.5944 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6902, screen 0.5854 to screen 0.7153, screen 0.5854 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.5854 to screen 0.7375, screen 0.5944 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[15] at screen 0.7430, screen 0.5007 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.3583, screen 0.4972 to screen 0.7153, screen 0.4972 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.4972 to screen 0.7375, screen 0.5007 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[16] at screen 0.7430, screen 0.5319 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.4914, screen 0.5481 to screen 0.7153, screen 0.5481 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.5481 to screen 0.7375, screen 0.5319 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[17] at screen 0.7430, screen 0.2449 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.3583, screen 0.2521 to screen 0.7153, screen 0.2521 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.2521 to screen 0.7375, screen 0.2449 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[18] at screen 0.7430, screen 0.2762 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.4884, screen 0.2690 to screen 0.7153, screen 0.2690 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.2690 to screen 0.7375, screen 0.2762 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[19] at screen 0.7430, screen 0.4694 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.3597, screen 0.4880 to screen 0.7153, screen 0.4880 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.4880 to screen 0.7375, screen 0.4694 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[20] at screen 0.7430, screen 0.5632 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.4888, screen 0.5593 to screen 0.7153, screen 0.5593 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.5593 to screen 0.7375, screen 0.5632 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[21] at screen 0.7430, screen 0.6569 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.7153, screen 0.6322 to screen 0.7375, screen 0.6569 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label $texts[22] at screen 0.7430, screen 0.6257 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.1407, screen 0.6322 to screen 0.7153, screen 0.6322 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.6322 to screen 0.7375, screen 0.6257 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
plot 'roofline.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt (14,8) lw 1.575 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt 1 lw 1.4 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt (14,8) lw 1.4 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt 1 lw 1.225 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with lines dt (14,8) lw 1.225 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 9 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 10 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 11 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#ffffff', \
  'roofline.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 4 ps 0.81*mark lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 12 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 13 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#ffffff', \
  'roofline.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 8 ps 0.72*mark lw 1.2 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 14 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 15 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#ffffff', \
  'roofline.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 12 ps 0.63*mark lw 1.2 lc rgb '#CC79A7'
unset output
unset label
unset arrow
unset logscale
}
